export type LimitErrorCode =
  /** The caller has used up its requests of the last minute. */
  | 'quota-spent'
  /** Too many credentials from this address have failed in the last minute. */
  | 'too-many-failures';

export class LimitError extends Error {
  constructor(
    readonly code: LimitErrorCode,
    message: string,
    readonly retryAfterMs: number,
  ) {
    super(message);
    this.name = 'LimitError';
  }
}
