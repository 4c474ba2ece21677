import { type ApiKeyEntry, ApiKeyFileError } from '../auth/api-key.file.js';

export interface Rotation {
  readonly id: string;
  /** Hash of the new key. */
  readonly sha256: string;
  /** Milliseconds for which the key before stays valid beside the new one. */
  readonly overlapMs: number;
  /** End of the new key; must be given where the key before has one. */
  readonly expiresAt?: Date | undefined;
}

/**
 * Adds a key with the scopes and the rate of the id's newest one, which then ends after the overlap.
 * Keys of the id that have expired are left out.
 * @throws ApiKeyFileError when the id has no valid key, two already, or an end must be given
 */
export function rotate(
  entries: readonly ApiKeyEntry[],
  { id, sha256, overlapMs, expiresAt }: Rotation,
  now = Date.now(),
): ApiKeyEntry[] {
  const others = entries.filter((entry) => entry.id !== id);
  const valid = entries.filter((entry) => entry.id === id && isValid(entry, now));
  const current = valid.at(-1);
  if (current === undefined) {
    throw new ApiKeyFileError(`the key file has no valid key with the id '${id}'`);
  }
  if (valid.length > 1 && overlapMs > 0) {
    throw new ApiKeyFileError(
      `'${id}' has two valid keys: end the older one with 'keys revoke --old', ` +
        "or all of them with '--overlap 0d'",
    );
  }
  if (current.expiresAt !== undefined && expiresAt === undefined) {
    throw new ApiKeyFileError(`the key of '${id}' has an end: give the new one its own, --expires`);
  }
  const { expiresAt: _, ...kept } = current;
  const next = { ...kept, sha256, ...(expiresAt && { expiresAt: expiresAt.toISOString() }) };
  if (overlapMs === 0) return [...others, next];
  const end = Math.min(now + overlapMs, endOf(current));
  return [...others, { ...current, expiresAt: new Date(end).toISOString() }, next];
}

/**
 * Takes the keys of an id out, or only those that a rotation has left to expire.
 * @throws ApiKeyFileError when there is none
 */
export function revoke(
  entries: readonly ApiKeyEntry[],
  id: string,
  { oldOnly = false } = {},
): ApiKeyEntry[] {
  const newest = entries.findLast((entry) => entry.id === id);
  const kept = entries.filter((entry) => entry.id !== id || (oldOnly && entry === newest));
  if (kept.length < entries.length) return kept;
  const what = oldOnly && newest !== undefined ? 'older key' : 'key';
  throw new ApiKeyFileError(`the key file has no ${what} with the id '${id}'`);
}

export function isValid(entry: ApiKeyEntry, now = Date.now()): boolean {
  return endOf(entry) > now;
}

function endOf({ expiresAt }: ApiKeyEntry): number {
  return expiresAt === undefined ? Infinity : Date.parse(expiresAt);
}
