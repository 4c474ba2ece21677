export type RequestErrorCode =
  /** Not HTTP, or HTTP that cannot be answered as a request. */
  | 'malformed-request'
  /** Headers or body did not arrive in time. */
  | 'request-too-slow'
  | 'url-too-long'
  | 'headers-too-large'
  | 'malformed-json'
  | 'invalid-body'
  | 'invalid-query'
  /** NaN or an infinity where JSON carries the numbers. */
  | 'not-finite'
  /** Well-formed body whose base64 is broken. */
  | 'bad-base64'
  | 'body-too-large'
  | 'body-incomplete'
  | 'unsupported-media-type'
  | 'not-acceptable'
  | 'not-found'
  | 'method-not-allowed';

/** One wrong place of a body. */
export interface Fault {
  /** JSON pointer (RFC 6901). */
  readonly pointer: string;
  readonly message: string;
}

/** The request itself is wrong; the message tells the caller what to send instead. */
export class RequestError extends Error {
  constructor(
    readonly code: RequestErrorCode,
    message: string,
    readonly faults?: readonly Fault[],
  ) {
    super(message);
    this.name = 'RequestError';
  }
}

export function pointerTo(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
