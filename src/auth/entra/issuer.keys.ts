import { Logger } from '@nestjs/common';
import { AuthError } from '../auth.errors.js';
import type { Issuer, SigningKey } from './issuer.documents.js';
import { IssuerFault } from './issuer.fault.js';

const MINUTE_MS = 60_000;
const FIRST_RETRY_MS = 1_000;

/** Milliseconds. Given by unit specs only: no deployment gains by other values. */
const TIMES = {
  /** Both documents together. */
  timeout: 4_000,
  /** Entra publishes a key days before it signs with it. */
  refresh: 15 * MINUTE_MS,
  /** Keys of an issuer that cannot be reached are used until then. */
  stale: 24 * 60 * MINUTE_MS,
  /** Between two looks for an unknown key id, which anybody can send. */
  coolDown: 30_000,
  /** Retries back off to this; the second is for a server that has no keys at all. */
  retry: MINUTE_MS,
  retryWithoutKeys: 5_000,
};

type LoadIssuer = (signal: AbortSignal) => Promise<Issuer>;

/**
 * The issuer's keys: read at the start, again while they are fresh, and at once (but not often) for
 * a key id that is not known. An issuer that fails leaves the keys as they are for a day.
 */
export class IssuerKeys {
  readonly #logger = new Logger('Entra');
  #known: { readonly issuer: Issuer; readonly loadedAt: number } | undefined;
  #loading: Promise<void> | undefined;
  #fault: string | undefined;
  #failures = 0;
  #lookedAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  readonly #stopping = new AbortController();

  /** @param onChange gets the thumbprints of the keys that are trusted from now on */
  constructor(
    private readonly load: LoadIssuer,
    private readonly onChange: (thumbprints: ReadonlySet<string>) => void,
    private readonly times = TIMES,
  ) {}

  start(): void {
    void this.#refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#stopping.abort();
  }

  /** Whether there is something to verify with. */
  get ready(): boolean {
    return this.#usable() !== undefined;
  }

  /**
   * Waits for a load that is under way only when there is nothing else.
   * @throws AuthError `identity-provider-unavailable`
   */
  async current(): Promise<Issuer> {
    if (!this.ready) await this.#loading;
    const issuer = this.#usable();
    if (issuer === undefined) throw unavailable();
    return issuer;
  }

  /**
   * @returns undefined when the issuer has no key of this name
   * @throws AuthError `identity-provider-unavailable` when it could not be asked
   */
  async find(keyId: string): Promise<SigningKey | undefined> {
    const known = (await this.current()).keys.get(keyId);
    if (known !== undefined) return known;
    await this.#look();
    const found = this.#usable()?.keys.get(keyId);
    if (found === undefined && this.#fault !== undefined) throw unavailable();
    return found;
  }

  /** Asks for keys out of turn, unless that happened a moment ago. */
  #look(): Promise<void> | undefined {
    if (this.#loading !== undefined) return this.#loading;
    const now = performance.now();
    if (now - this.#lookedAt < this.times.coolDown) return undefined;
    this.#lookedAt = now;
    return this.#refresh();
  }

  #usable(): Issuer | undefined {
    if (this.#known === undefined) return undefined;
    const age = performance.now() - this.#known.loadedAt;
    return age < this.times.stale ? this.#known.issuer : undefined;
  }

  #refresh(): Promise<void> {
    clearTimeout(this.#timer);
    this.#loading ??= this.#attempt().finally(() => {
      this.#loading = undefined;
      if (this.#stopping.signal.aborted) return;
      this.#timer = setTimeout(() => void this.#refresh(), this.#pause()).unref();
    });
    return this.#loading;
  }

  async #attempt(): Promise<void> {
    const timeout = AbortSignal.timeout(this.times.timeout);
    try {
      const issuer = await this.load(AbortSignal.any([timeout, this.#stopping.signal]));
      if (this.#known === undefined || this.#fault !== undefined) this.#logLoaded(issuer);
      this.#known = { issuer, loadedAt: performance.now() };
      this.#fault = undefined;
      this.#failures = 0;
      this.onChange(new Set([...issuer.keys.values()].map(({ thumbprint }) => thumbprint)));
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      this.#fault = error instanceof IssuerFault ? error.message : 'unexpected';
      this.#failures += 1;
      if (!this.ready) this.onChange(new Set());
      this.#logFault(this.#fault);
    }
  }

  #pause(): number {
    if (this.#fault === undefined) return this.times.refresh;
    const longest = this.ready ? this.times.retry : this.times.retryWithoutKeys;
    return Math.min(FIRST_RETRY_MS * 2 ** (this.#failures - 1), longest);
  }

  #logLoaded({ keys }: Issuer): void {
    this.#logger.log(`${keys.size} keys read from the identity provider`);
  }

  #logFault(fault: string): void {
    const rest = this.ready
      ? 'tokens are verified with the keys that were read before'
      : 'no token can be verified; API keys, if configured, still work';
    this.#logger.error(`the identity provider's keys cannot be read (${fault}): ${rest}`);
  }
}

function unavailable(): AuthError {
  const text = 'The identity provider cannot be reached to verify the token. Try again soon.';
  return new AuthError('identity-provider-unavailable', text, { retryAfterMs: 5_000 });
}
