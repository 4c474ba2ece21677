import type { Refusal } from './entra.refusal.js';

const SEGMENT = /^[A-Za-z0-9_-]+$/;
const MAX_KEY_ID_LENGTH = 256;

/** A token's content, which nobody has vouched for yet. */
export interface UnverifiedToken {
  readonly keyId: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

export type TokenReading = UnverifiedToken | { readonly refusal: Refusal };

/**
 * Opens a token without verifying it. What does not pass here never reaches the library, which takes
 * the algorithms from the issuer's metadata and logs the text of tokens that it cannot parse.
 */
export function readToken(token: string): TokenReading {
  const segments = token.split('.');
  const [header, claims] = segments.slice(0, 2).map(parseSegment);
  // An empty signature is what `alg: none` comes with: the algorithm names that fault better.
  if (header?.['alg'] !== undefined && header['alg'] !== 'RS256') return { refusal: 'algorithm' };
  const whole = segments.length === 3 && segments.every((segment) => SEGMENT.test(segment));
  if (!whole || header === undefined || claims === undefined) return { refusal: 'malformed' };
  // `crit` names extensions that must be understood (RFC 7515, 4.1.11); we know none.
  const plain = header['typ'] === 'JWT' && !Object.hasOwn(header, 'crit');
  if (!plain || header['alg'] === undefined) return { refusal: 'malformed' };
  const keyId = header['kid'];
  const named = typeof keyId === 'string' && keyId !== '' && keyId.length <= MAX_KEY_ID_LENGTH;
  return named ? { keyId, claims } : { refusal: 'no-key-id' };
}

function parseSegment(segment: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(segment, 'base64url').toString('utf8'));
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
