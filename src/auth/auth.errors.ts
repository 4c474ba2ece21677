export type AuthErrorCode =
  /** No credential, or one that does not verify; never says which part was wrong. */
  | 'unauthenticated'
  /** The credential lacks the scope. */
  | 'forbidden';

export class AuthError extends Error {
  constructor(
    readonly code: AuthErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'AuthError';
  }
}
