import type { IncomingMessage } from 'node:http';
import type { Refusal } from './entra.refusal.js';

/** Entra's largest tokens, those with 200 groups, stay below 12 kB. */
const MAX_TOKEN_LENGTH = 16_384;
const SCHEME = 'bearer ';

export interface BearerRequest {
  readonly headers: { readonly authorization?: string | undefined };
  readonly raw: Pick<IncomingMessage, 'rawHeaders'>;
  readonly query: unknown;
}

export type BearerHeader = { readonly token: string } | { readonly refusal: Refusal };

/**
 * The token of the Authorization header, the only place where one is taken from (RFC 6750, 2.2 and
 * 2.3 allow body and query; both end in logs).
 * @returns undefined when the request carries no Authorization header
 */
export function readBearer({ headers, raw, query }: BearerRequest): BearerHeader | undefined {
  if (Object.hasOwn((query ?? {}) as object, 'access_token')) return { refusal: 'token-in-query' };
  const { authorization } = headers;
  if (authorization === undefined) return undefined;
  if (countAuthorization(raw.rawHeaders) > 1) return { refusal: 'duplicated-header' };
  if (authorization.length > MAX_TOKEN_LENGTH) return { refusal: 'too-long' };
  const token = authorization.slice(SCHEME.length);
  const scheme = authorization.slice(0, SCHEME.length).toLowerCase();
  // Which characters a token may have is looked at where it is opened.
  const single = token !== '' && !token.includes(' ') && !token.includes(',');
  return scheme === SCHEME && single ? { token } : { refusal: 'not-bearer' };
}

/** Node keeps the first of several Authorization headers and drops the rest; the raw list has all. */
function countAuthorization(rawHeaders: readonly string[]): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (name.length === 13 && name.toLowerCase() === 'authorization') count += 1;
  }
  return count;
}
