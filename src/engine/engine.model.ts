import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Batch,
  type Job,
  type JobResult,
  newJob,
  resolveBatch,
  takeBatch,
} from './batcher.js';
import { EngineError } from './engine.errors.js';
import type { EngineObserver, ModelLabel } from './engine.observer.js';
import { Instance } from './instance.js';
import type { GraphChain, Signature } from './runtime.protocol.js';
import { rowsOf, type Tensors } from './tensor.js';

const RESTART_MIN_MS = 100;
const RESTART_MAX_MS = 30_000;
const LOSSES_BEFORE_GIVING_UP = 2;
/** Weight of the newest run in the moving average of the time that a row takes. */
const SMOOTHING = 0.2;

export interface EngineModelOptions {
  readonly model: ModelLabel;
  readonly chain: GraphChain;
  readonly instances: number;
  readonly maxBatchRows: number;
  readonly queueMaxRows: number;
  /** See Engine.open. */
  readonly beforeRestart?: () => Promise<void>;
  readonly observer: EngineObserver;
  /** See Instance.start. */
  readonly program?: string | undefined;
}

/** A snapshot for gauges. */
export interface EngineWork {
  /** Rows that wait. */
  readonly queuedRows: number;
  /** Rows in the runs of this moment. */
  readonly runningRows: number;
  /** Instances that are up. */
  readonly instances: number;
}

/** A loaded chain of graphs: one queue before one or more supervised instances. */
export class EngineModel {
  readonly #queue: Job[] = [];
  readonly #idle: Instance[] = [];
  #alive = 0;
  #busy = 0;
  #runningRows = 0;
  #restarts = 0;
  #rowMs = 0;
  #drained: (() => void) | undefined;
  #closed = false;

  private constructor(
    readonly signature: Signature,
    private readonly options: EngineModelOptions,
  ) {}

  /** @throws EngineError `load-failed` */
  static async open(options: EngineModelOptions): Promise<EngineModel> {
    const start = () => Instance.start(options.chain, options.program);
    const settled = await Promise.allSettled(Array.from({ length: options.instances }, start));
    const started = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const failed = settled.find((one) => one.status === 'rejected');
    const [first] = started;
    if (failed !== undefined || first === undefined) {
      await Promise.all(started.map((instance) => instance.stop()));
      throw failed?.reason;
    }
    const model = new EngineModel(first.signature, options);
    for (const instance of started) model.#adopt(instance);
    return model;
  }

  /** False while no instance is up: nothing can be scored. */
  get healthy(): boolean {
    return this.#alive > 0 && !this.#closed;
  }

  get work(): EngineWork {
    const queuedRows = this.#queue.reduce((rows, job) => rows + job.rows, 0);
    return { queuedRows, runningRows: this.#runningRows, instances: this.#alive };
  }

  /**
   * Runs rows through the chain, together with rows of other callers where their shapes agree.
   * Settles at once when the signal aborts, with its reason; rows that still wait are dropped.
   * @param inputs tensors whose first dimension counts rows
   * @throws EngineError `queue-full`, `run-failed`, `instance-lost` or `unavailable`
   */
  async run(inputs: Tensors, signal: AbortSignal): Promise<JobResult> {
    signal.throwIfAborted();
    if (!this.healthy) throw new EngineError('unavailable', 'no instance is up', RESTART_MIN_MS);
    let abort = (): void => undefined;
    const answer = new Promise<JobResult>((resolve, reject) => {
      abort = () => reject(signal.reason);
      const { model, observer } = this.options;
      const job = newJob(
        inputs,
        signal,
        { resolve, reject },
        observer.queued(model, rowsOf(inputs)),
      );
      this.#admit(job);
      this.#queue.push(job);
    });
    signal.addEventListener('abort', abort);
    this.#dispatch();
    try {
      return await answer;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** Refuses new rows, lets the queue run dry and ends the instances. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#busy > 0) await new Promise<void>((resolve) => (this.#drained = resolve));
    await Promise.all(this.#idle.map((instance) => instance.stop()));
  }

  #admit(job: Job): void {
    const waiting = this.#queue.reduce(
      (rows, { signal, rows: n }) => rows + (signal.aborted ? 0 : n),
      0,
    );
    if (waiting + job.rows <= this.options.queueMaxRows) return;
    const waitMs = (waiting * this.#rowMs) / Math.max(1, this.#alive);
    throw new EngineError('queue-full', `${waiting} rows are waiting`, waitMs);
  }

  #dispatch(): void {
    while (this.#idle.length > 0) {
      const batch = takeBatch(this.#queue, this.options.maxBatchRows);
      const instance = batch && this.#idle.pop();
      if (batch === undefined || instance === undefined) break;
      this.#busy += 1;
      this.#runningRows += batch.rows;
      void this.#run(instance, batch).then(() => {
        this.#busy -= 1;
        this.#runningRows -= batch.rows;
        this.#dispatch();
      });
    }
    if (this.#busy === 0) this.#drained?.();
  }

  async #run(instance: Instance, batch: Batch): Promise<void> {
    const startedAt = performance.now();
    try {
      const { outputs, inferMs } = await instance.run(batch.inputs);
      this.#rowMs += SMOOTHING * (inferMs / batch.rows - this.#rowMs);
      this.#restarts = 0;
      this.#idle.push(instance);
      this.#tell(batch, startedAt, inferMs);
      resolveBatch(batch, outputs, startedAt, inferMs);
    } catch (error) {
      const lost = error instanceof EngineError && error.code === 'instance-lost';
      if (!lost) this.#idle.push(instance);
      this.#tell(batch, startedAt, undefined);
      for (const job of batch.jobs) this.#retryOrFail(job, lost, batch.jobs.length === 1, error);
    }
  }

  #tell({ rows, reason, jobs }: Batch, startedAt: number, inferMs: number | undefined): void {
    const { model, observer } = this.options;
    const callers = jobs.map((job) => job.caller);
    observer.ran({ model, rows, reason, startedAt, inferMs, callers });
  }

  /** A batch that failed says nothing about its single jobs: each is tried once more, alone. */
  #retryOrFail(job: Job, lost: boolean, wasAlone: boolean, error: unknown): void {
    job.losses += lost ? 1 : 0;
    job.alone = true;
    const final = lost ? job.losses >= LOSSES_BEFORE_GIVING_UP : wasAlone;
    if (final) job.reject(error);
    else this.#queue.unshift(job);
  }

  #adopt(instance: Instance): void {
    this.#alive += 1;
    this.#idle.push(instance);
    this.options.observer.instanceStarted(this.options.model);
    void instance.ended.then(() => {
      this.#alive -= 1;
      if (!this.#closed) this.options.observer.instanceLost(this.options.model);
      const at = this.#idle.indexOf(instance);
      if (at >= 0) this.#idle.splice(at, 1);
      if (!this.#closed) void this.#restart();
    });
  }

  async #restart(): Promise<void> {
    await sleep(Math.min(RESTART_MIN_MS * 2 ** this.#restarts++, RESTART_MAX_MS));
    if (this.#closed) return;
    try {
      await this.options.beforeRestart?.();
      const instance = await Instance.start(this.options.chain, this.options.program);
      if (this.#closed) return await instance.stop();
      this.#adopt(instance);
      this.#dispatch();
    } catch {
      void this.#restart();
    }
  }
}
