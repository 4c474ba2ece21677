import { timingSafeEqual } from 'node:crypto';
import { unwatchFile, watchFile } from 'node:fs';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { audit } from '../audit/audit.js';
import { CONFIG, type Config } from '../config/config.module.js';
import { type ApiKeyEntry, digest, fingerprint, readKeyFile } from './api-key.file.js';
import type { Principal } from './principal.js';

const POLL_MS = 2_000;
const RELOAD = {
  audit: 'keys.reload',
  target: 'API_KEYS_FILE',
  principal: 'system:keys-watch',
} as const;

interface KnownKey {
  readonly digest: Buffer;
  readonly fingerprint: string;
  readonly expiresAt: number;
  readonly principal: Principal;
  /** Milliseconds since 1970; unset: not since the start. */
  lastUsedAt?: number;
}

export interface ApiKeyUse {
  readonly id: string;
  readonly fingerprint: string;
  readonly lastUsedAt: number;
}

/** Verifies API keys against the key file, which is read again when it changes. */
@Injectable()
export class ApiKeyVerifier implements OnApplicationShutdown {
  readonly #file: string | undefined;
  #keys: readonly KnownKey[] = [];

  /** Without a key file there are no keys. */
  constructor(@Inject(CONFIG) { API_KEYS_FILE }: Config) {
    this.#file = API_KEYS_FILE;
    if (this.#file === undefined) return;
    this.#keys = readKeyFile(this.#file).map(knownKey);
    // Polling sees what events miss: Kubernetes swaps a link two folders up.
    watchFile(this.#file, { interval: POLL_MS, persistent: false }, this.#reload);
  }

  onApplicationShutdown(): void {
    if (this.#file !== undefined) unwatchFile(this.#file, this.#reload);
  }

  /** Compares with every known key, whatever the outcome, so that time tells nothing. */
  verify(key: string): Principal | undefined {
    const presented = digest(key);
    let found: KnownKey | undefined;
    for (const known of this.#keys) {
      if (timingSafeEqual(known.digest, presented)) found = known;
    }
    const now = Date.now();
    if (found === undefined || found.expiresAt <= now) return undefined;
    found.lastUsedAt = now;
    return found.principal;
  }

  /** The keys that let somebody in since the start; kept in memory only. */
  get lastUses(): ApiKeyUse[] {
    return this.#keys.flatMap(({ principal: { id }, fingerprint, lastUsedAt }) =>
      lastUsedAt === undefined ? [] : { id, fingerprint, lastUsedAt },
    );
  }

  readonly #reload = (): void => {
    try {
      const uses = new Map(this.lastUses.map((use) => [use.fingerprint, use]));
      this.#keys = readKeyFile(this.#file ?? '').map((entry) => ({
        ...knownKey(entry),
        ...uses.get(fingerprint(entry)),
      }));
      const names = this.#keys.map(({ principal }) => principal.id).join(', ');
      audit(
        { ...RELOAD, result: 'done' },
        `${this.#keys.length} keys read from the changed key file: ${names}`,
      );
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      audit(
        { ...RELOAD, result: 'refused', reason },
        `the changed key file is not usable, the old keys stay: ${reason}`,
      );
    }
  };
}

function knownKey(entry: ApiKeyEntry): KnownKey {
  const { id, sha256, scopes, expiresAt, ratePerMinute } = entry;
  return {
    digest: Buffer.from(sha256, 'hex'),
    fingerprint: fingerprint(entry),
    expiresAt: expiresAt === undefined ? Infinity : Date.parse(expiresAt),
    principal: {
      kind: 'api-key',
      id,
      scopes: new Set(scopes),
      ...(ratePerMinute === undefined ? {} : { ratePerMinute }),
    },
  };
}
