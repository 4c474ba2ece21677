/** What of passport-azure-ad 4.3.5 is used here; the package has no types of its own. */
declare module 'passport-azure-ad' {
  import type { KeyObject } from 'node:crypto';

  export interface BearerOptions {
    readonly identityMetadata: string;
    readonly clientID: string;
    readonly audience: string[];
    /** Seconds. */
    readonly clockSkew: number;
    readonly allowMultiAudiencesInToken: false;
    readonly passReqToCallback: false;
    readonly validateIssuer: true;
    readonly loggingLevel: 'error';
    readonly loggingNoPII: true;
  }

  /** What the library takes from the issuer's documents. */
  export interface BearerMetadata {
    readonly oidc?: { readonly issuer: string[]; readonly algorithms: string[] };
    generateOidcPEM?(kid: string): KeyObject;
  }

  export type Verified = (error: unknown, user?: unknown, info?: unknown) => void;

  export class BearerStrategy {
    constructor(options: BearerOptions, verify: (claims: unknown, done: Verified) => void);
    loadMetadata(params: unknown, next: (error: unknown, metadata?: BearerMetadata) => void): void;
    jwtVerify(
      request: unknown,
      token: string,
      metadata: BearerMetadata,
      validation: object,
      done: Verified,
    ): void;
    authenticate(request: unknown, options?: unknown): void;
    /** Set by passport on the object that it makes for each request. */
    fail(challenge?: unknown): void;
    error(error: unknown): void;
  }
}
