import { PassportStrategy } from '@nestjs/passport';
import {
  type BearerMetadata,
  type BearerOptions,
  BearerStrategy,
  type Verified,
} from 'passport-azure-ad';
import { admit, type Claims, CLOCK_SKEW_SECONDS, type Expected } from './entra.claims.js';
import type { Refusal } from './entra.refusal.js';
import type { EntraSettings } from './entra.settings.js';
import type { Issuer, SigningKey } from './issuer.documents.js';
import type { IssuerKeys } from './issuer.keys.js';
import type { TokenMemory } from './token.memory.js';
import { readToken } from './token.reader.js';

export const ENTRA_STRATEGY = 'entra';

/** What `fail` hands to the guard; the library itself hands over a text. */
export interface Failure {
  readonly refusal: Refusal;
}

/** What the library carries from loadMetadata to jwtVerify. */
interface TrustedMetadata extends BearerMetadata {
  readonly expected: Expected;
}

/**
 * passport-azure-ad's BearerStrategy with two methods replaced: how it gets the issuer's documents,
 * and what it lets through to its verification (docs/decisions/0005). The library still verifies
 * signature, issuer, audience and times.
 *
 * Passport makes an object that inherits from this one for each request: `#fields` would not be
 * found on it and assignments would be lost, so state is in the two readonly members.
 */
export class EntraStrategy extends PassportStrategy(BearerStrategy, ENTRA_STRATEGY) {
  private readonly keys: IssuerKeys;
  private readonly memory: TokenMemory;

  constructor(settings: EntraSettings, keys: IssuerKeys, memory: TokenMemory) {
    super(libraryOptions(settings));
    this.keys = keys;
    this.memory = memory;
  }

  /** The library's own ends the process on an answer that is not JSON, and waits for ever. */
  override loadMetadata(
    _params: unknown,
    next: (error: unknown, metadata?: TrustedMetadata) => void,
  ): void {
    const trust = ({ expected }: Issuer): void => {
      const issuer = [...expected.versions.values()].map((version) => version.issuer);
      // RS256 whatever the metadata lists: with HS256 the public key would be the secret.
      next(null, { expected, oidc: { issuer, algorithms: ['RS256'] } });
    };
    this.keys
      .current()
      .then(trust)
      // Not by `next`: the library would make a 401 of it.
      .catch((error: unknown) => this.error(error));
  }

  /** Looks at all but the signature first; then finds the key and lets the library verify. */
  override jwtVerify(
    request: unknown,
    token: string,
    { expected }: TrustedMetadata,
    validation: object,
    done: Verified,
  ): void {
    const refuse = (refusal: Refusal) => this.fail({ refusal } satisfies Failure);
    const reading = readToken(token);
    if ('refusal' in reading) return refuse(reading.refusal);
    const looked = admit(reading.claims, expected, Date.now());
    if ('refusal' in looked) return refuse(looked.refusal);
    const verify = (found: SigningKey | undefined) => {
      if (found === undefined) return refuse('unknown-key');
      // By `kid` alone: the library would let `x5t` choose another key.
      const metadata = { generateOidcPEM: () => found.key };
      const verified: Verified = (error, claims, info) => {
        if (error || !claims) return done(error, false, info);
        const admission = admit(claims as Claims, expected, Date.now());
        if ('refusal' in admission) return refuse(admission.refusal);
        this.memory.remember(token, { ...admission, thumbprint: found.thumbprint });
        done(null, admission.principal);
      };
      super.jwtVerify(request, token, metadata, validation, verified);
    };
    this.keys
      .find(reading.keyId)
      .then(verify)
      .catch((error: unknown) => this.error(error));
  }

  /** Called by the library with the claims once they are verified; jwtVerify makes the principal. */
  validate(claims: unknown): unknown {
    return claims;
  }
}

function libraryOptions({ metadataUrl, audiences }: EntraSettings): BearerOptions {
  const audience = [...new Set([...audiences.values()].flat())];
  return {
    identityMetadata: metadataUrl,
    clientID: audience[0] ?? '',
    audience,
    clockSkew: CLOCK_SKEW_SECONDS,
    validateIssuer: true,
    allowMultiAudiencesInToken: false,
    passReqToCallback: false,
    // It would log tokens and claims otherwise. `scope` stays unset: it refuses application tokens.
    loggingLevel: 'error',
    loggingNoPII: true,
  };
}
