import { timingSafeEqual } from 'node:crypto';
import { unwatchFile, watchFile } from 'node:fs';
import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.module.js';
import { type ApiKeyEntry, digest, readKeyFile } from './api-key.file.js';
import type { Principal } from './principal.js';

const POLL_MS = 2_000;

interface KnownKey {
  readonly digest: Buffer;
  readonly expiresAt: number;
  readonly principal: Principal;
}

/** Verifies API keys against the key file, which is read again when it changes. */
@Injectable()
export class ApiKeyVerifier implements OnApplicationShutdown {
  readonly #logger = new Logger('ApiKeys');
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
    return found !== undefined && found.expiresAt > Date.now() ? found.principal : undefined;
  }

  readonly #reload = (): void => {
    try {
      this.#keys = readKeyFile(this.#file ?? '').map(knownKey);
      this.#logger.log(`${this.#keys.length} keys read from the changed key file`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#logger.error(`the changed key file is not usable, the old keys stay: ${reason}`);
    }
  };
}

function knownKey({ id, sha256, scopes, expiresAt }: ApiKeyEntry): KnownKey {
  return {
    digest: Buffer.from(sha256, 'hex'),
    expiresAt: expiresAt === undefined ? Infinity : Date.parse(expiresAt),
    principal: { kind: 'api-key', id, scopes: new Set(scopes) },
  };
}
