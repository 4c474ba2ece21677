import { createHash, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { type Expected, expectationOf } from './entra.claims.js';
import type { EntraSettings } from './entra.settings.js';
import { IssuerFault } from './issuer.fault.js';

const MIN_MODULUS_BITS = 2048;
const httpsUrl = z.url({ protocol: /^https$/ });

const metadataDocument = z.object({ issuer: httpsUrl, jwks_uri: httpsUrl });
const keyDocument = z.object({ keys: z.array(z.unknown()).max(1000) });

/** RFC 7517, as far as it concerns signatures with RS256. */
const signingKey = z.object({
  kty: z.literal('RSA'),
  use: z.literal('sig').optional(),
  alg: z.literal('RS256').optional(),
  kid: z.string().min(1).max(256),
  n: z.string(),
  e: z.string(),
  /** Entra names the issuer that a key is for, with `{tenantid}` for all tenants. */
  issuer: z.string().optional(),
});

export interface SigningKey {
  readonly key: KeyObject;
  /** SHA-256 of the public key: a key id may come back with another key. */
  readonly thumbprint: string;
}

/** What tokens are verified with. */
export interface Issuer {
  readonly expected: Expected;
  /** By key id. */
  readonly keys: ReadonlyMap<string, SigningKey>;
}

/** Gets a JSON document over https. @throws IssuerFault */
export type FetchJson = (url: string, signal: AbortSignal) => Promise<unknown>;

/**
 * Reads the issuer's metadata and then its keys.
 * @throws IssuerFault
 */
export async function loadIssuer(
  settings: EntraSettings,
  fetchJson: FetchJson,
  signal: AbortSignal,
): Promise<Issuer> {
  const metadata = metadataDocument.safeParse(await fetchJson(settings.metadataUrl, signal));
  if (!metadata.success) throw new IssuerFault('unexpected-metadata');
  const { issuer, jwks_uri } = metadata.data;
  // Keeps out the metadata of another tenant, and of `common`, whose issuer is a template.
  if (!issuer.endsWith(`/${settings.tenantId}/v2.0`)) throw new IssuerFault('other-tenant');
  const document = keyDocument.safeParse(await fetchJson(jwks_uri, signal));
  if (!document.success) throw new IssuerFault('unexpected-keys');
  const keys = usableKeys(document.data.keys, settings.tenantId, issuer);
  if (keys.size === 0) throw new IssuerFault('no-usable-key');
  return { expected: expectationOf(settings, issuer), keys };
}

/** Keys for other purposes, algorithms and issuers are passed over: they may stand beside ours. */
function usableKeys(
  documents: readonly unknown[],
  tenantId: string,
  issuer: string,
): Map<string, SigningKey> {
  const keys = new Map<string, SigningKey>();
  for (const document of documents) {
    const parsed = signingKey.safeParse(document);
    if (!parsed.success) continue;
    const { kid, n, e, issuer: owner = issuer } = parsed.data;
    const key = owner.replaceAll('{tenantid}', tenantId) === issuer ? publicKey(n, e) : undefined;
    if (key !== undefined) keys.set(kid, key);
  }
  return keys;
}

function publicKey(n: string, e: string): SigningKey | undefined {
  try {
    const key = createPublicKey({ key: { kty: 'RSA', n, e } as JsonWebKey, format: 'jwk' });
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
    if (bits < MIN_MODULUS_BITS) return undefined;
    const der = key.export({ type: 'spki', format: 'der' });
    return { key, thumbprint: createHash('sha256').update(der).digest('base64') };
  } catch {
    return undefined;
  }
}
