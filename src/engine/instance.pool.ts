import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from './engine.errors.js';
import { Instance, type Ran } from './instance.js';
import type { InstancePlan } from './placement.js';
import type { SayLine } from './runtime.output.js';
import type { GraphChain } from './runtime.protocol.js';
import type { Tensors } from './tensor.js';

const RESTART_MIN_MS = 100;
const RESTART_MAX_MS = 30_000;

export interface PoolEvents {
  /** An instance is up and idle; not told of those that `open` started. */
  idle(): void;
  started(): void;
  /** A process ended unasked. */
  lost(): void;
  /** A provider of the plan could not be used and the next one is. */
  fellBack(provider: string, reason: string): void;
}

export interface PoolOptions {
  readonly plans: readonly InstancePlan[];
  readonly chain: Pick<GraphChain, 'files' | 'warmRows'>;
  readonly events: PoolEvents;
  /** Called before an instance is started again; where it rejects, that is tried again later. */
  readonly beforeRestart?: (() => Promise<void>) | undefined;
  /** Told each line that the process of an instance prints. */
  readonly say?: SayLine | undefined;
  /** See Instance.start. */
  readonly program: string | undefined;
}

/** A plan and the instance that carries it out at the moment. */
interface Slot {
  readonly plan: InstancePlan;
  instance: Instance | undefined;
  /** Starts since a run last succeeded. */
  restarts: number;
  /** What starting took the last time. */
  startMs: number;
  /** `performance.now()` at which it is expected to be up again. */
  upAt: number;
}

/** The instances of one model: keeps every plan carried out until it is closed. */
export class InstancePool {
  readonly #slots: readonly Slot[];
  readonly #idle: Slot[] = [];
  readonly #closing = new AbortController();

  private constructor(private readonly options: PoolOptions) {
    const slot = { instance: undefined, restarts: 0, startMs: 0, upAt: 0 };
    this.#slots = options.plans.map((plan) => ({ plan, ...slot }));
  }

  /** @throws EngineError `load-failed` unless every instance comes up */
  static async open(options: PoolOptions): Promise<InstancePool> {
    const pool = new InstancePool(options);
    const settled = await Promise.allSettled(pool.#slots.map((slot) => pool.#start(slot)));
    const failed = settled.find((one) => one.status === 'rejected');
    if (failed === undefined) return pool;
    await pool.close();
    throw failed.reason;
  }

  /** Of an instance that is up; the same for all. */
  get signature() {
    return this.#up[0]?.instance.signature ?? { inputs: [], outputs: [] };
  }

  /** Execution providers of the instances that are up. */
  get providers(): string[] {
    return [...new Set(this.#up.map(({ instance }) => instance.chain.provider))];
  }

  get up(): number {
    return this.#up.length;
  }

  get hasIdle(): boolean {
    return this.#idle.length > 0;
  }

  /** Milliseconds until an instance is expected to be up; 0 where one is. */
  get upInMs(): number {
    if (this.up > 0) return 0;
    const upAt = Math.min(...this.#slots.map((slot) => slot.upAt));
    return Math.max(0, upAt - performance.now());
  }

  /**
   * Runs a batch on an idle instance, of which there must be one.
   * @param wide whether the copy with the most threads is wanted
   * @param limitMs see Instance.run
   * @throws EngineError `run-failed` or `instance-lost`
   */
  async run(inputs: Tensors, wide: boolean, limitMs: number): Promise<Ran> {
    const slot = this.#takeIdle(wide);
    const { instance } = slot;
    if (instance === undefined) throw new EngineError('instance-lost', 'it has ended');
    try {
      const ran = await instance.run(inputs, wide, limitMs);
      slot.restarts = 0;
      return ran;
    } finally {
      if (slot.instance === instance && instance.usable) this.#idle.push(slot);
    }
  }

  /** Call only between runs. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#up.map(({ instance }) => instance.stop()));
  }

  #takeIdle(wide: boolean): Slot {
    const copies = ({ plan }: Slot) => plan.threads.length * (wide ? -1 : 1);
    const [best] = this.#idle.toSorted((a, b) => copies(a) - copies(b));
    if (best === undefined) throw new EngineError('unavailable', 'no instance is idle');
    this.#idle.splice(this.#idle.indexOf(best), 1);
    return best;
  }

  get #up() {
    return this.#slots.filter((slot): slot is Slot & { instance: Instance } => {
      return slot.instance !== undefined;
    });
  }

  /** @throws EngineError `load-failed` */
  async #start(slot: Slot): Promise<void> {
    const startedAt = performance.now();
    const instance = await this.#startWith(slot.plan);
    slot.startMs = performance.now() - startedAt;
    if (this.#closing.signal.aborted) return instance.stop();
    slot.instance = instance;
    this.#idle.push(slot);
    this.options.events.started();
    void instance.ended.then(() => {
      slot.instance = undefined;
      const at = this.#idle.indexOf(slot);
      if (at >= 0) this.#idle.splice(at, 1);
      if (this.#closing.signal.aborted) return;
      this.options.events.lost();
      void this.#restart(slot);
    });
  }

  /** Tries the providers in their order, each in a process of its own. */
  async #startWith({ providers, device, threads }: InstancePlan): Promise<Instance> {
    const { chain, events, program, say } = this.options;
    let failure: unknown = new EngineError('load-failed', 'no execution provider is configured');
    for (const [at, provider] of providers.entries()) {
      try {
        return await Instance.start({ ...chain, provider, device, threads }, say, program);
      } catch (error) {
        failure = error;
        if (at + 1 < providers.length) events.fellBack(provider, String(error));
      }
    }
    throw failure;
  }

  async #restart(slot: Slot): Promise<void> {
    const { signal } = this.#closing;
    const pauseMs = Math.min(RESTART_MIN_MS * 2 ** slot.restarts, RESTART_MAX_MS);
    slot.restarts += 1;
    slot.upAt = performance.now() + pauseMs + slot.startMs;
    try {
      await sleep(pauseMs, undefined, { signal });
      await this.options.beforeRestart?.();
      await this.#start(slot);
      this.options.events.idle();
    } catch {
      if (!signal.aborted) void this.#restart(slot);
    }
  }
}
