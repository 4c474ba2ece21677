import type { INestApplication } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { ACCESS, type Access } from '../auth/access.decorator.js';
import { MEDIA_TYPES } from '../http/body.guard.js';

/** What the decorators of a route say; the guard and the interceptor read the same metadata. */
export interface RouteFacts {
  /** `undefined`: the route is closed. */
  readonly access: Access | undefined;
  /** `undefined`: the route has no body. */
  readonly mediaTypes: readonly string[] | undefined;
}

/** The facts of every route by `Class_method`, as @nestjs/swagger names an operation at first. */
export function routeFacts(app: INestApplication): ReadonlyMap<string, RouteFacts> {
  const facts = new Map<string, RouteFacts>();
  for (const { controllers } of app.get(ModulesContainer).values()) {
    for (const { metatype } of controllers.values()) {
      if (typeof metatype !== 'function') continue;
      const methods: Record<string, unknown> = metatype.prototype;
      for (const name of Object.getOwnPropertyNames(methods)) {
        facts.set(`${metatype.name}_${name}`, {
          access: readMetadata(ACCESS, methods[name], metatype),
          mediaTypes: readMetadata(MEDIA_TYPES, methods[name]),
        });
      }
    }
  }
  return facts;
}

/** The first target's value wins, as in the guard. */
function readMetadata<T>(key: symbol, ...targets: unknown[]): T | undefined {
  for (const target of targets) {
    const value: T | undefined =
      typeof target === 'function' ? Reflect.getMetadata(key, target) : undefined;
    if (value !== undefined) return value;
  }
  return undefined;
}
