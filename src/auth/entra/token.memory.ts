import { hash } from 'node:crypto';
import type { Principal } from '../principal.js';

export interface VerifiedToken {
  readonly principal: Principal;
  /** `exp` of the token, milliseconds since 1970. */
  readonly expiresAt: number;
  /** Thumbprint of the key that signed it. */
  readonly thumbprint: string;
}

/**
 * Tokens that were verified, so that the next request with one costs a hash instead of a signature.
 * Holds no token, only SHA-256; no entry outlives its token or the key that signed it.
 */
export class TokenMemory {
  /** In the order of their last use. */
  readonly #entries = new Map<string, VerifiedToken>();
  #trusted: ReadonlySet<string> = new Set();

  constructor(private readonly maxEntries = 10_000) {}

  get size(): number {
    return this.#entries.size;
  }

  recall(token: string, now = Date.now()): Principal | undefined {
    const key = keyOf(token);
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    if (entry.expiresAt <= now) return undefined;
    this.#entries.set(key, entry);
    return entry.principal;
  }

  remember(token: string, verified: VerifiedToken): void {
    // The key may have vanished while the token was being verified.
    if (!this.#trusted.has(verified.thumbprint)) return;
    this.#entries.set(keyOf(token), verified);
    if (this.#entries.size <= this.maxEntries) return;
    const [oldest = ''] = this.#entries.keys();
    this.#entries.delete(oldest);
  }

  /** Forgets every token that none of these keys signed, now and from now on. */
  trustOnly(thumbprints: ReadonlySet<string>): void {
    this.#trusted = thumbprints;
    for (const [key, { thumbprint }] of this.#entries) {
      if (!thumbprints.has(thumbprint)) this.#entries.delete(key);
    }
  }
}

function keyOf(token: string): string {
  return hash('sha256', token, 'base64');
}
