import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.module.js';
import { LimitError } from './limit.errors.js';
import { peerOf } from './peer.address.js';
import { SlidingWindows } from './sliding.windows.js';

/** Past it the address that failed longest ago is forgotten; about 7 MB at most. */
const MAX_PEERS = 10_000;

/** Counts failed credentials by the peer's address, apart from the callers' quotas. */
@Injectable()
export class FailedAttempts {
  readonly #windows = new SlidingWindows(MAX_PEERS);

  constructor(@Inject(CONFIG) private readonly config: Config) {}

  /**
   * Call before a credential is verified at a cost; a key that is known by its hash is let in first
   * (docs/decisions/0006-quotas.md).
   * @throws LimitError `too-many-failures`
   */
  refuseIfTooMany(address: string): void {
    const { allowed, waitMs } = this.#windows.look(
      peerOf(address),
      this.config.FAILED_AUTH_PER_MINUTE,
    );
    if (allowed) return;
    const text = 'Too many credentials from this address have failed. Try again later.';
    throw new LimitError('too-many-failures', text, waitMs);
  }

  /** A credential was missing or did not verify. */
  record(address: string): void {
    this.#windows.take(peerOf(address), this.config.FAILED_AUTH_PER_MINUTE);
  }
}
