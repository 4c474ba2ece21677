import type { AuthErrorCode } from '../auth/auth.errors.js';
import type { EngineErrorCode } from '../engine/engine.errors.js';
import type { RequestErrorCode } from '../http/request.errors.js';
import type { LimitErrorCode } from '../limits/limit.errors.js';
import type { ScoringErrorCode } from '../scoring/scoring.errors.js';

export type ErrorCode =
  | AuthErrorCode
  | EngineErrorCode
  | LimitErrorCode
  | RequestErrorCode
  | ScoringErrorCode
  | 'internal-error';

export interface ErrorKind {
  readonly status: number;
  readonly title: string;
  /** What it means and what the caller can do; the text of /docs/errors/<code>. */
  readonly help: string;
}

/** Every error that a caller can meet. A new code does not compile until it stands here. */
export const ERRORS = {
  'malformed-request': {
    status: 400,
    title: 'Malformed request',
    help: 'What came is not HTTP, or its Host or framing is broken. A proxy in between may be the cause.',
  },
  'malformed-json': {
    status: 400,
    title: 'Malformed JSON',
    help: 'The body could not be parsed as JSON (RFC 8259, UTF-8). Check quotes, commas and encoding.',
  },
  'invalid-body': {
    status: 400,
    title: 'Invalid request',
    help: 'A member or parameter is missing or wrong; `errors` names each place by its JSON pointer.',
  },
  'invalid-query': {
    status: 400,
    title: 'Invalid header or parameter',
    help: 'A header or query parameter is out of bounds; the detail says which and what is expected.',
  },
  'not-finite': {
    status: 400,
    title: 'Not a finite number',
    help: 'JSON has no NaN and no infinities (RFC 8259). Send such tensors as binary data, and ask for such outputs with `binary_data`.',
  },
  'bad-text': {
    status: 400,
    title: 'No text to score',
    help: 'The question is empty, too long, or nothing is left of it once markup is removed.',
  },
  'bad-tensor': {
    status: 400,
    title: 'Tensor refused',
    help: 'A tensor is not one that the model takes; the detail names the input, what came and what is expected.',
  },
  'body-incomplete': {
    status: 400,
    title: 'Incomplete body',
    help: 'The body ended before its Content-Length. Send it again.',
  },
  unauthenticated: {
    status: 401,
    title: 'Credential needed',
    help: 'No valid credential came with the request. Send an API key in X-API-Key or an Entra ID access token in Authorization: Bearer; WWW-Authenticate lists what this server takes.',
  },
  forbidden: {
    status: 403,
    title: 'Not allowed',
    help: 'The credential is valid but lacks the scope that the route needs.',
  },
  'not-found': {
    status: 404,
    title: 'Not found',
    help: 'No route has this path; /docs lists them.',
  },
  'model-not-found': {
    status: 404,
    title: 'Model not found',
    help: 'No served model has this name, version and kind; GET /v1/models lists them.',
  },
  'model-ambiguous': {
    status: 404,
    title: 'Model not chosen',
    help: 'Several models of this kind are served and none has its default name: add ?model=NAME.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'Method not allowed',
    help: 'The path exists, but not with this method; the header Allow lists the right ones.',
  },
  'not-acceptable': {
    status: 406,
    title: 'Not acceptable',
    help: 'The answer is JSON. Leave Accept out or include application/json.',
  },
  'request-too-slow': {
    status: 408,
    title: 'Request too slow',
    help: 'Headers have 10 seconds to arrive, the body REQUEST_TIMEOUT_MS. Send it again, in one go.',
  },
  'body-too-large': {
    status: 413,
    title: 'Body too large',
    help: 'The body has more bytes than MAX_BODY_BYTES allows. Send a smaller image.',
  },
  'image-too-large': {
    status: 413,
    title: 'Image too large',
    help: 'The image has more pixels than MAX_IMAGE_PIXELS allows. Scale it down; 1000 pixels a side are plenty.',
  },
  'url-too-long': {
    status: 414,
    title: 'URL too long',
    help: 'Paths and queries have up to 4096 characters. Send long input in the body.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'Unsupported media type',
    help: 'The Content-Type or Content-Encoding is not one that the route reads; the detail lists them.',
  },
  'bad-image': {
    status: 422,
    title: 'Unreadable image',
    help: 'The bytes came through but are not an image that can be decoded: JPEG, PNG, WebP, GIF, AVIF or TIFF.',
  },
  'bad-base64': {
    status: 422,
    title: 'Broken base64',
    help: 'The image is not valid base64 (RFC 4648). White space and line breaks are allowed.',
  },
  'quota-spent': {
    status: 429,
    title: 'Quota spent',
    help: 'Your requests of the last minute have used up your quota. Wait for the seconds in Retry-After; RateLimit on every answer tells what is left.',
  },
  'too-many-failures': {
    status: 429,
    title: 'Too many failed credentials',
    help: 'Too many requests from your address came without a valid credential. Correct it and try again after the seconds in Retry-After; API keys that are valid go on working.',
  },
  'queue-full': {
    status: 429,
    title: 'Queue full',
    help: 'More rows wait than the server takes. Try again after the seconds in Retry-After.',
  },
  'headers-too-large': {
    status: 431,
    title: 'Headers too large',
    help: 'Up to 100 headers of 16 kB together are accepted. Cookies of other services may be the cause.',
  },
  'caller-gone': {
    status: 499,
    title: 'Caller gone',
    help: 'The connection was closed before the answer was there. Never sent; stands in logs only.',
  },
  'internal-error': {
    status: 500,
    title: 'Internal error',
    help: 'The fault is ours. Report it with the requestId.',
  },
  'run-failed': {
    status: 500,
    title: 'Model failed',
    help: 'The model could not be run on this input. Report it with the requestId.',
  },
  'instance-lost': {
    status: 500,
    title: 'Model crashed',
    help: 'The model ended twice on this input. Do not send it again; report it with the requestId.',
  },
  'load-failed': {
    status: 500,
    title: 'Model not loadable',
    help: 'The model could not be loaded. The reason stands in the server log.',
  },
  'not-ready': {
    status: 503,
    title: 'Not ready',
    help: 'The models are still being loaded. Try again after the seconds in Retry-After.',
  },
  unavailable: {
    status: 503,
    title: 'Temporarily unavailable',
    help: 'The model is restarting or the server is stopping. Try again after the seconds in Retry-After.',
  },
  'identity-provider-unavailable': {
    status: 503,
    title: 'Identity provider unavailable',
    help: 'The token could not be verified because the identity provider cannot be reached. The token may be good: send it again after the seconds in Retry-After.',
  },
  'deadline-passed': {
    status: 504,
    title: 'Deadline passed',
    help: 'The answer was not there within X-Request-Timeout-Ms or REQUEST_TIMEOUT_MS.',
  },
} as const satisfies Record<ErrorCode, ErrorKind>;
