/** What a credential may do; the same words for API keys, delegated and application tokens. */
export const SCOPES = ['faq.score', 'vision.score', 'models.score', 'models.manage'] as const;

export type Scope = (typeof SCOPES)[number];

/** Who calls, once its credential has been verified. */
export interface Principal {
  readonly kind: 'api-key' | 'user' | 'application';
  /** Of a key its id, of a token `<tenant id>/<object id>`; harmless in logs. */
  readonly id: string;
  readonly scopes: ReadonlySet<Scope>;
  /** Its own quota instead of `RATE_LIMIT_PER_MINUTE`. */
  readonly ratePerMinute?: number;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the guard on every route that is not public. */
    principal?: Principal;
    /** Milliseconds that verifying the credential took. */
    authMs?: number;
  }
}
