import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { FailedAttempts } from '../limits/failed.attempts.js';
import { ACCESS, type Access } from './access.decorator.js';
import { ApiKeyVerifier } from './api-key.verifier.js';
import { AuthError } from './auth.errors.js';
import type { Principal, Scope } from './principal.js';

/** Denies by default; runs before the body is read (docs/request-lifecycle.md). */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly apiKeys: ApiKeyVerifier,
    private readonly failures: FailedAttempts,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const targets = [context.getHandler(), context.getClass()];
    const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS, targets);
    if (access === 'public') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const started = performance.now();
    request.principal = this.#authenticate(request);
    request.authMs = performance.now() - started;
    if (access === undefined) throw new AuthError('forbidden', 'The route is closed.');
    if (access !== 'any-credential') requireScope(request.principal, ...access.anyOf);
    return true;
  }

  #authenticate(request: FastifyRequest): Principal {
    const key = request.headers['x-api-key'];
    const principal = typeof key === 'string' ? this.apiKeys.verify(key) : undefined;
    if (principal !== undefined) return principal;
    this.failures.refuseIfTooMany(request.ip);
    this.failures.record(request.ip);
    throw new AuthError(
      'unauthenticated',
      'A valid credential is needed: send an API key in X-API-Key.',
    );
  }
}

/** @throws AuthError `forbidden` when the principal has none of the scopes */
export function requireScope(principal: Principal | undefined, ...anyOf: Scope[]): void {
  if (anyOf.some((scope) => principal?.scopes.has(scope))) return;
  throw new AuthError('forbidden', `The credential lacks the scope ${anyOf.join(' or ')}.`);
}
