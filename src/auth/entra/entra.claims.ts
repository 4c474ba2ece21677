import { type Principal, type Scope, SCOPES } from '../principal.js';
import type { Refusal } from './entra.refusal.js';
import type { EntraSettings } from './entra.settings.js';

/** How far the issuer's clock and ours may be apart. */
export const CLOCK_SKEW_SECONDS = 60;

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export type Claims = Readonly<Record<string, unknown>>;

/** What a token has to say to be ours. */
export interface Expected {
  readonly tenantId: string;
  /** By the token's `ver`. */
  readonly versions: ReadonlyMap<string, { issuer: string; audiences: readonly string[] }>;
}

export type Admission =
  /** `expiresAt` in milliseconds since 1970. */
  { readonly principal: Principal; readonly expiresAt: number } | { readonly refusal: Refusal };

/** @param issuer `iss` of v2 tokens, from the issuer's metadata; that of v1 tokens stands nowhere in it */
export function expectationOf({ tenantId, audiences }: EntraSettings, issuer: string): Expected {
  const issuers = new Map([
    ['1.0', `https://sts.windows.net/${tenantId}/`],
    ['2.0', issuer],
  ]);
  const versions = [...audiences].map(([version, audiences]) => {
    return [version, { issuer: issuers.get(version) ?? '', audiences }] as const;
  });
  return { tenantId, versions: new Map(versions) };
}

/**
 * Who a token's claims stand for, and until when. Pure; says nothing of the signature.
 * @param now milliseconds since 1970
 */
export function admit(claims: Claims, expected: Expected, now: number): Admission {
  const refusal = originRefusal(claims, expected) ?? timeRefusal(claims, Math.floor(now / 1000));
  if (refusal !== undefined) return { refusal };
  const { oid, scp, idtyp, exp } = claims;
  if (typeof oid !== 'string' || !GUID.test(oid)) return { refusal: 'identity' };
  const delegated = scp !== undefined;
  if (idtyp === (delegated ? 'app' : 'user')) return { refusal: 'token-kind' };
  return {
    principal: {
      kind: delegated ? 'user' : 'application',
      // Two GUIDs: unique in the world, never reused, harmless in logs. E-mail and upn change owners.
      id: `${expected.tenantId}/${oid.toLowerCase()}`,
      scopes: delegated ? scopesIn(scp) : rolesIn(claims['roles']),
    },
    expiresAt: Number(exp) * 1000,
  };
}

function originRefusal(claims: Claims, expected: Expected): Refusal | undefined {
  const { ver, tid, iss, aud } = claims;
  const version = typeof ver === 'string' ? expected.versions.get(ver) : undefined;
  if (version === undefined) return 'version';
  if (iss !== version.issuer) return 'issuer';
  // The issuer above contains the tenant: a token that says another one contradicts itself.
  if (typeof tid !== 'string' || tid.toLowerCase() !== expected.tenantId) return 'tenant';
  return typeof aud === 'string' && version.audiences.includes(aud) ? undefined : 'audience';
}

/** @param now seconds since 1970 */
function timeRefusal({ exp, nbf }: Claims, now: number): Refusal | undefined {
  if (typeof exp !== 'number' || !Number.isFinite(exp)) return 'no-expiry';
  if (now >= exp + CLOCK_SKEW_SECONDS) return 'expired';
  if (nbf === undefined) return undefined;
  if (typeof nbf !== 'number' || nbf >= now + CLOCK_SKEW_SECONDS) return 'not-yet-valid';
  return undefined;
}

/** Delegated permissions: what a user let a client do in their name, separated by blanks. */
function scopesIn(scp: unknown): ReadonlySet<Scope> {
  const granted = typeof scp === 'string' ? scp.split(' ') : [];
  return new Set(SCOPES.filter((scope) => granted.includes(scope)));
}

/** Application permissions. Roles of a user are something else and are never read. */
function rolesIn(roles: unknown): ReadonlySet<Scope> {
  const granted: readonly unknown[] = Array.isArray(roles) ? roles : [];
  return new Set(SCOPES.filter((scope) => granted.includes(scope)));
}
