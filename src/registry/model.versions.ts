import { Logger } from '@nestjs/common';
import type {
  IndexedVersion,
  ModelVersion,
  ReadyVersion,
  VersionChange,
  VersionSource,
} from './model.version.js';
import { SettledLooks } from './settled.looks.js';
import { Turns } from './turns.js';

/**
 * `failing` makes the replica not ready. `unproved` came after the start and was never good: it
 * takes nothing away from what is served.
 */
type Standing = 'serving' | 'failing' | 'unproved' | 'unloaded';

interface Slot {
  /** Answers requests; a new copy may be on its way beside it. */
  ready?: ReadyVersion | undefined;
  /** Why the last attempt failed. */
  refusal?: string | undefined;
  /** Fingerprint of what was tried last. */
  tried?: string | undefined;
  doing?: 'loading' | 'unloading' | undefined;
  /** The folder has gone, but nothing else could answer. */
  orphaned?: boolean;
}

const GONE = 'gone';
const ORPHANED = 'its folder is gone; it stays until another version is good or it is unloaded';

/** The versions of one name. What changes them waits for its turn; what reads them never waits. */
export class ModelVersions {
  readonly #logger = new Logger('ModelRegistry');
  readonly #slots = new Map<number, Slot>();
  readonly #looks = new SettledLooks();
  readonly #turns = new Turns();
  /** Highest first. */
  #ready: readonly ReadyVersion[] = [];
  #nextLoad: Promise<VersionChange[]> | undefined;
  #unloaded = false;
  #closed = false;

  /** @param wanted whether the replica is not ready without this name */
  constructor(
    readonly name: string,
    private readonly source: VersionSource,
    private wanted: boolean,
  ) {}

  get standing(): Standing {
    if (this.#unloaded) return 'unloaded';
    if (this.serving()?.model.healthy === true) return 'serving';
    return this.wanted ? 'failing' : 'unproved';
  }

  /** The version that answers: the asked one, else the highest good one. */
  serving(version?: number): ReadyVersion | undefined {
    if (version === undefined) return this.#ready[0];
    return this.#ready.find((ready) => ready.version === version);
  }

  /** Good and refused ones, highest first. */
  list(): ModelVersion[] {
    return this.#descending().flatMap(([version, { ready, refusal }]): ModelVersion[] => {
      if (ready !== undefined) return [ready];
      if (refusal === undefined) return [];
      return [{ name: this.name, version, state: 'refused', reason: refusal }];
    });
  }

  /** Every version that was tried, highest first. */
  index(): IndexedVersion[] {
    return this.#descending().map(([version, slot]) => {
      const state = slot.ready === undefined ? (slot.doing ?? 'unavailable') : 'ready';
      const reason = slot.refusal ?? (slot.orphaned === true ? ORPHANED : '');
      return { name: this.name, version, state, reason };
    });
  }

  /**
   * Loads every version that is there, also those that run already. Callers who come while a load
   * waits for its turn share it. Gives what became of each, highest first; none: nothing is there.
   */
  load(): Promise<VersionChange[]> {
    this.#nextLoad ??= this.#turns.take(async () => {
      this.#nextLoad = undefined;
      const found = await this.source.find();
      await this.#removeMissing(found);
      return this.#attempt(found);
    });
    return this.#nextLoad;
  }

  /**
   * Loads versions that are new or whose files have changed, once two looks in a row have seen the
   * same whole folder; takes away those whose folder two looks have missed.
   */
  refresh(): Promise<VersionChange[]> {
    return this.#turns.take(async () => {
      if (this.#unloaded) return [];
      const found = await this.source.find();
      const removed = await this.#removeMissing(found, (version) => this.#looks.has(version, GONE));
      const due: number[] = [];
      for (const version of found) {
        const print = await this.source.fingerprint(version);
        if (print === undefined || print === this.#slots.get(version)?.tried) {
          this.#looks.forget(version);
        } else if (this.#looks.has(version, print)) due.push(version);
      }
      return [...(await this.#attempt(due)), ...removed];
    });
  }

  /** From now on not served; resolves when the last request has its answer. */
  unload(): Promise<void> {
    // A load that comes after this must not be told of one before it.
    this.#nextLoad = undefined;
    return this.#turns.take(async () => {
      this.#unloaded = true;
      this.wanted = false;
      await this.#retireAll();
      this.#slots.clear();
    });
  }

  /** Ends what runs; what is being loaded ends as soon as it is there. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#retireAll();
  }

  /** New ones side by side; replacements one by one, so that one model at most is held twice. */
  async #attempt(versions: readonly number[]): Promise<VersionChange[]> {
    if (this.#closed) return [];
    const replaced = versions.filter((version) => this.serving(version) !== undefined);
    const added = versions.filter((version) => this.serving(version) === undefined);
    const changes = await Promise.all(added.map((version) => this.#attemptOne(version)));
    for (const version of replaced) changes.push(await this.#attemptOne(version));
    return changes.toSorted((a, b) => b.version - a.version);
  }

  async #attemptOne(version: number): Promise<VersionChange> {
    const { name } = this;
    const slot = this.#slot(version);
    slot.doing = 'loading';
    // Before the files are read: what changes from now on is tried again.
    slot.tried = await this.source.fingerprint(version);
    const proved = await this.source.prove(version).catch(reasonOf);
    slot.doing = undefined;
    if (typeof proved === 'string') {
      slot.refusal = proved;
      return { name, version, change: 'refused', reason: proved };
    }
    const old = this.#closed ? proved : slot.ready;
    if (!this.#closed) this.#adopt(slot, proved);
    if (old !== undefined) await this.source.retire(old);
    return { name, version, change: 'loaded' };
  }

  #adopt(slot: Slot, ready: ReadyVersion): void {
    slot.ready = ready;
    slot.refusal = undefined;
    this.wanted = true;
    this.#unloaded = false;
    this.#rank();
  }

  /** The last good version stays even without its folder: a lost mount must not end the service. */
  async #removeMissing(
    found: readonly number[],
    settled: (version: number) => boolean = () => true,
  ): Promise<VersionChange[]> {
    const changes: VersionChange[] = [];
    // From the lowest on, so that where all are missing the one that answers is the one that stays.
    for (const [version, slot] of this.#descending().toReversed()) {
      const missing = !found.includes(version);
      const last = slot.ready !== undefined && this.#ready.length === 1;
      if (missing && last && slot.orphaned !== true) {
        this.#logger.warn(`model ${this.name} version ${version}: ${ORPHANED}`);
      }
      slot.orphaned = missing && last;
      if (!missing || last || !settled(version)) continue;
      if (slot.ready !== undefined) {
        changes.push({ name: this.name, version, change: 'removed' });
        await this.#retire(slot);
      }
      this.#slots.delete(version);
    }
    return changes;
  }

  async #retireAll(): Promise<void> {
    await Promise.all([...this.#slots.values()].map((slot) => this.#retire(slot)));
  }

  async #retire(slot: Slot): Promise<void> {
    const { ready } = slot;
    if (ready === undefined) return;
    slot.ready = undefined;
    slot.doing = 'unloading';
    this.#rank();
    await this.source.retire(ready);
    slot.doing = undefined;
  }

  #rank(): void {
    const before = this.serving();
    this.#ready = this.#descending().flatMap(([, { ready }]) => ready ?? []);
    const now = this.serving();
    if (before === undefined || now === undefined || before.version === now.version) return;
    this.#logger.log(
      `model ${this.name}: version ${now.version} takes over from version ${before.version}`,
    );
  }

  #slot(version: number): Slot {
    const slot = this.#slots.get(version) ?? {};
    this.#slots.set(version, slot);
    return slot;
  }

  #descending(): [number, Slot][] {
    return [...this.#slots].toSorted(([a], [b]) => b - a);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
