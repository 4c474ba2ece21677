import { hash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { SCOPES } from './principal.js';

const entry = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hex digits'),
  scopes: z.array(z.enum(SCOPES)).min(1),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
  ratePerMinute: z.int().positive().optional(),
});

const keyFile = z.strictObject({ keys: z.array(entry).superRefine(requireDistinct) });

export type ApiKeyEntry = z.infer<typeof entry>;

/** How a mounted Secret and the documentation name the key file. */
export const KEY_FILE_NAME = 'keys.json';

/** One id may have several keys, as in a rotation; one key must not have several entries. */
function requireDistinct(keys: { sha256: string }[], context: z.core.$RefinementCtx): void {
  const seen = new Set<string>();
  for (const [index, { sha256 }] of keys.entries()) {
    if (seen.has(sha256)) {
      context.addIssue({ code: 'custom', message: 'repeated', path: [index, 'sha256'] });
    }
    seen.add(sha256);
  }
}

/** The key file cannot be used; names the member that is wrong, never a value. */
export class ApiKeyFileError extends Error {
  override readonly name = 'ApiKeyFileError';
}

/** @throws ApiKeyFileError when the file is missing, not JSON or one entry is wrong */
export function readKeyFile(path: string): ApiKeyEntry[] {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new ApiKeyFileError(missing ? 'the key file is missing' : 'the key file is not JSON');
  }
  const parsed = keyFile.safeParse(json);
  if (parsed.success) return parsed.data.keys;
  const where = parsed.error.issues.map(
    ({ path, code, message }) =>
      `${path.join('.') || 'file'} (${code === 'custom' ? message : code})`,
  );
  throw new ApiKeyFileError(`the key file has wrong members: ${where.join(', ')}`);
}

/** A new key `nst_<id>_<secret>`, its secret 256 random bits. */
export function newKey(id: string): string {
  return `nst_${id}_${randomBytes(32).toString('base64url')}`;
}

/** Tells the keys of one id apart; of a hash of 256 random bits it gives nothing away. */
export function fingerprint({ sha256 }: Pick<ApiKeyEntry, 'sha256'>): string {
  return sha256.slice(0, 12);
}

export function digest(key: string): Buffer {
  return hash('sha256', key, 'buffer');
}
