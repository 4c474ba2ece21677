import {
  type ExecutionContext,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import type { Config } from '../../config/config.module.js';
import type { FailedAttempts } from '../../limits/failed.attempts.js';
import type { AuthError } from '../auth.errors.js';
import { type Schemes, schemesOf, unauthenticated } from '../challenges.js';
import { readBearer } from './bearer.header.js';
import type { Refusal } from './entra.refusal.js';
import { entraSettings } from './entra.settings.js';
import { ENTRA_STRATEGY, EntraStrategy, type Failure } from './entra.strategy.js';
import { loadIssuer } from './issuer.documents.js';
import { fetchJson } from './issuer.fetch.js';
import { IssuerKeys } from './issuer.keys.js';
import { TokenMemory } from './token.memory.js';

/**
 * Lets in who carries an Entra ID access token and sets `request.principal`. A token that was
 * verified before is recognised without passport.
 */
export class EntraGuard
  extends AuthGuard(ENTRA_STRATEGY)
  implements OnApplicationBootstrap, OnApplicationShutdown
{
  readonly #logger = new Logger('Entra');

  /** @param _strategy is reached through passport, where it registered itself */
  constructor(
    _strategy: EntraStrategy,
    private readonly keys: IssuerKeys,
    private readonly memory: TokenMemory,
    private readonly schemes: Schemes,
    private readonly failures: FailedAttempts,
  ) {
    super({ session: false, property: 'principal' });
  }

  /** Whether there are keys to verify tokens with. */
  get ready(): boolean {
    return this.keys.ready;
  }

  /** Not awaited: the server answers health routes while the identity provider is away. */
  onApplicationBootstrap(): void {
    this.keys.start();
  }

  onApplicationShutdown(): void {
    this.keys.stop();
  }

  /**
   * @returns false without an Authorization header
   * @throws AuthError `unauthenticated`, `identity-provider-unavailable`; LimitError where the
   * address has failed too often, before a token is verified
   */
  override canActivate(context: ExecutionContext) {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const bearer = readBearer(request);
    if (bearer === undefined) return false;
    if ('refusal' in bearer) throw this.#refused(bearer.refusal, request);
    const principal = this.memory.recall(bearer.token);
    if (principal === undefined) {
      this.failures.refuseIfTooMany(request.ip);
      return super.canActivate(context);
    }
    request.principal = principal;
    return true;
  }

  override handleRequest<Principal>(
    error: unknown,
    principal: Principal | false | null,
    failure: Failure | string | undefined,
    context: ExecutionContext,
  ): Principal {
    if (error) throw error;
    if (principal) return principal;
    // A text comes from the library; all that it can find after us is a wrong signature.
    const refusal = typeof failure === 'object' ? failure.refusal : 'signature';
    throw this.#refused(refusal, context.switchToHttp().getRequest());
  }

  #refused(refusal: Refusal, { id }: FastifyRequest): AuthError {
    this.#logger.warn(`token refused: ${refusal} in request ${id}`);
    return unauthenticated(this.schemes, { tokenPresented: true });
  }
}

/** @returns undefined when Azure AD is not configured */
export function createEntraGuard(
  config: Config,
  failures: FailedAttempts,
): EntraGuard | undefined {
  const settings = entraSettings(config);
  if (settings === undefined) return undefined;
  const memory = new TokenMemory();
  const load = (signal: AbortSignal) => loadIssuer(settings, fetchJson, signal);
  const keys = new IssuerKeys(load, (thumbprints) => memory.trustOnly(thumbprints));
  const strategy = new EntraStrategy(settings, keys, memory);
  return new EntraGuard(strategy, keys, memory, schemesOf(config), failures);
}
