import type { Config } from '../config/config.module.js';
import { AuthError } from './auth.errors.js';
import type { Principal, Scope } from './principal.js';

const REALM = 'realm="nestor"';

/** Which credentials this server can verify. */
export interface Schemes {
  readonly apiKeys: boolean;
  readonly tokens: boolean;
}

export function schemesOf({ API_KEYS_FILE, AZURE_AD_TENANT_ID }: Config): Schemes {
  return { apiKeys: API_KEYS_FILE !== undefined, tokens: AZURE_AD_TENANT_ID !== undefined };
}

/** 401 with a challenge for each scheme (RFC 9110, 11.6.1), the same whatever was wrong. */
export function unauthenticated(
  { apiKeys, tokens }: Schemes,
  { tokenPresented = false } = {},
): AuthError {
  const ways: string[] = [];
  const challenges: string[] = [];
  if (apiKeys) {
    ways.push('an API key in X-API-Key');
    challenges.push(`ApiKey ${REALM}`);
  }
  if (tokens) {
    ways.push('an Entra ID access token in Authorization: Bearer');
    // RFC 6750, 3.1: no error code for a caller who presented nothing.
    challenges.unshift(`Bearer ${REALM}${tokenPresented ? ', error="invalid_token"' : ''}`);
  }
  const text = `A valid credential is needed: send ${ways.join(' or ')}.`;
  return new AuthError('unauthenticated', text, { challenges });
}

/** 403; tokens get the challenge of RFC 6750, 3.1, for which API keys have no counterpart. */
export function forbidden(
  principal: Principal | undefined,
  message: string,
  scopes: readonly Scope[] = [],
): AuthError {
  if (principal === undefined || principal.kind === 'api-key') {
    return new AuthError('forbidden', message);
  }
  const scope = scopes.length === 0 ? '' : `, scope="${scopes.join(' ')}"`;
  const challenge = `Bearer ${REALM}, error="insufficient_scope"${scope}`;
  return new AuthError('forbidden', message, { challenges: [challenge] });
}
