import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  Optional,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { CONFIG, type Config } from '../config/config.module.js';
import { FailedAttempts } from '../limits/failed.attempts.js';
import { ACCESS, type Access } from './access.decorator.js';
import { ApiKeyVerifier } from './api-key.verifier.js';
import { AuthError } from './auth.errors.js';
import { forbidden, schemesOf, unauthenticated } from './challenges.js';
import { ENTRA, type EntraAccess } from './entra.access.js';
import type { Principal, Scope } from './principal.js';

/** Denies by default; runs before the body is read (docs/request-lifecycle.md). */
@Injectable()
export class AccessGuard implements CanActivate {
  readonly #schemes;

  constructor(
    private readonly reflector: Reflector,
    private readonly apiKeys: ApiKeyVerifier,
    private readonly failures: FailedAttempts,
    @Optional() @Inject(ENTRA) private readonly entra: EntraAccess | undefined,
    @Inject(CONFIG) config: Config,
  ) {
    this.#schemes = schemesOf(config);
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS, targets);
    if (access === 'public') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const started = performance.now();
    const principal = await this.#authenticate(request, context);
    request.principal = principal;
    request.authMs = performance.now() - started;
    if (access === undefined) throw forbidden(principal, 'The route is closed.');
    if (access !== 'any-credential') requireScope(principal, ...access.anyOf);
    // Entra gives tokens for this API to every application of the tenant, assigned to it or not.
    if (principal.scopes.size === 0)
      throw forbidden(principal, 'The credential has no scope here.');
    return true;
  }

  async #authenticate(request: FastifyRequest, context: ExecutionContext): Promise<Principal> {
    try {
      return await this.#verify(request, context);
    } catch (error) {
      if (error instanceof AuthError && error.code === 'unauthenticated') {
        this.failures.refuseIfTooMany(request.ip);
        this.failures.record(request.ip);
      }
      throw error;
    }
  }

  /** A key decides alone: a token beside it is not looked at, so that no request has two callers. */
  async #verify(request: FastifyRequest, context: ExecutionContext): Promise<Principal> {
    const key = this.#schemes.apiKeys ? request.headers['x-api-key'] : undefined;
    if (key === undefined) await this.entra?.canActivate(context);
    const principal = typeof key === 'string' ? this.apiKeys.verify(key) : request.principal;
    if (principal === undefined) throw unauthenticated(this.#schemes);
    return principal;
  }
}

/** @throws AuthError `forbidden` when the principal has none of the scopes */
export function requireScope(principal: Principal | undefined, ...anyOf: Scope[]): void {
  if (anyOf.some((scope) => principal?.scopes.has(scope))) return;
  throw forbidden(principal, `The credential lacks the scope ${anyOf.join(' or ')}.`, anyOf);
}
