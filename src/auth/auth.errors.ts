export type AuthErrorCode =
  /** No credential, or one that does not verify; never says which part was wrong. */
  | 'unauthenticated'
  /** The credential lacks the scope. */
  | 'forbidden'
  /** A token came and there is nothing to verify it with. */
  | 'identity-provider-unavailable';

interface AuthErrorDetails {
  /** For WWW-Authenticate, one for each scheme. */
  readonly challenges?: readonly string[];
  readonly retryAfterMs?: number;
}

export class AuthError extends Error {
  readonly challenges: readonly string[];
  readonly retryAfterMs: number | undefined;

  constructor(
    readonly code: AuthErrorCode,
    message: string,
    { challenges = [], retryAfterMs }: AuthErrorDetails = {},
  ) {
    super(message);
    this.name = 'AuthError';
    this.challenges = challenges;
    this.retryAfterMs = retryAfterMs;
  }
}
