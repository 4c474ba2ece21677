import { admit, type Applicant } from './admission.js';
import { type Batch, resolveBatch, takeBatch } from './batcher.js';
import { EngineError } from './engine.errors.js';
import type { EngineObserver, ModelLabel } from './engine.observer.js';
import { FairQueue } from './fair.queue.js';
import { InstancePool, type PoolOptions } from './instance.pool.js';
import { ExpectedRows } from './expected.rows.js';
import { type Job, type JobResult, newJob, type RunOptions } from './job.js';
import { type InFlight, RunTimes } from './run.times.js';
import type { Signature } from './runtime.protocol.js';
import type { Tensors } from './tensor.js';
import { warmSizes } from './warm.up.js';

const LOSSES_BEFORE_GIVING_UP = 2;
/** Longest time that callers without a deadline wait for an instance to come up again. */
const LONGEST_REST_MS = 10_000;

export interface EngineModelOptions extends Pick<
  PoolOptions,
  'plans' | 'program' | 'say' | 'beforeRestart'
> {
  readonly model: ModelLabel;
  /** Absolute paths of ONNX files that run as one chain. */
  readonly files: readonly string[];
  readonly maxBatchRows: number;
  /** Longest time that rows wait for others while an instance is free. */
  readonly maxWaitMs: number;
  readonly queueMaxRows: number;
  /** Time after which a run counts as hung and its instance is replaced. */
  readonly runLimitMs: number;
  readonly observer: EngineObserver;
  /** Told when an instance runs on another provider than the preferred one. */
  readonly fellBack: (model: ModelLabel, provider: string, reason: string) => void;
}

/** A snapshot for gauges. */
export interface EngineWork {
  /** Rows that wait. */
  readonly queuedRows: number;
  /** Rows in the runs of this moment. */
  readonly runningRows: number;
  /** Instances that are up. */
  readonly instances: number;
  /** Runs since it was opened that ended well. */
  readonly runs: number;
  /** ONNX Runtime execution providers of the instances that are up. */
  readonly providers: readonly string[];
}

/** A loaded chain of graphs: one fair queue before one or more supervised instances. */
export class EngineModel {
  readonly signature: Signature;
  readonly #queue = new FairQueue<Job>();
  readonly #times = new RunTimes();
  readonly #running = new Set<InFlight>();
  readonly #expected = new ExpectedRows();
  #runs = 0;
  #waiting: NodeJS.Timeout | undefined;
  #drained: (() => void) | undefined;
  #closed = false;

  private constructor(
    private readonly pool: InstancePool,
    private readonly options: EngineModelOptions,
  ) {
    this.signature = pool.signature;
  }

  /** @throws EngineError `load-failed` */
  static async open(options: EngineModelOptions): Promise<EngineModel> {
    const { model, plans, files, observer, program, say, beforeRestart } = options;
    let opened: EngineModel | undefined;
    const pool = await InstancePool.open({
      plans,
      chain: { files, warmRows: warmSizes(options.maxBatchRows) },
      program,
      say,
      beforeRestart,
      events: {
        idle: () => {
          if (opened !== undefined) opened.#dispatch();
        },
        started: () => observer.instanceStarted(model),
        lost: () => observer.instanceLost(model),
        fellBack: (provider, reason) => options.fellBack(model, provider, reason),
      },
    });
    return (opened = new EngineModel(pool, options));
  }

  /** False while no instance is up: nothing can be scored. */
  get healthy(): boolean {
    return this.pool.up > 0 && !this.#closed;
  }

  get work(): EngineWork {
    let runningRows = 0;
    for (const { rows } of this.#running) runningRows += rows;
    const { up: instances, providers } = this.pool;
    const [queuedRows, runs] = [this.#queue.rows, this.#runs];
    return { queuedRows, runningRows, instances, runs, providers };
  }

  /**
   * Holds a place for rows that have yet to be made, so that what could not be answered in time is
   * refused before anybody works for it. Dispose of it when the rows are there, then call `run`.
   * @throws EngineError as `run`
   */
  reserve(rows: number, { deadlineAt = Infinity, principal = '' }: RunOptions): Disposable {
    this.#admit({ flow: principal, rows, deadlineAt });
    return this.#expected.add(principal, rows);
  }

  /**
   * Runs rows through the chain, together with rows of other callers where their shapes agree.
   * Settles at once when the signal aborts, with its reason; rows that still wait are dropped. While
   * every instance restarts, rows wait for one as long as their deadline allows.
   * @param inputs tensors whose first dimension counts rows
   * @throws EngineError of any code but `load-failed`
   */
  async run(inputs: Tensors, options: RunOptions): Promise<JobResult> {
    const { signal } = options;
    signal.throwIfAborted();
    let abort = (): void => undefined;
    const answer = new Promise<JobResult>((resolve, reject) => {
      const job = newJob(inputs, options, { resolve, reject });
      abort = () => {
        reject(signal.reason);
        if (this.#queue.remove(job)) this.#checkDrained();
      };
      this.#enqueue(job);
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
    const drained = new Promise<void>((resolve) => (this.#drained = resolve));
    this.#dispatch();
    await drained;
    clearTimeout(this.#waiting);
    await this.pool.close();
  }

  #enqueue(job: Job): void {
    const { model, observer } = this.options;
    for (const leaving of this.#admit(job)) {
      this.#queue.remove(leaving);
      leaving.reject(new EngineError('queue-full', 'Others waited for the place.'));
    }
    job.caller = observer.queued(model, job.rows);
    this.#queue.push(job);
  }

  #admit(applicant: Applicant): readonly Job[] {
    const { up: instances, upInMs, hasIdle: idle } = this.pool;
    const now = performance.now();
    if (this.#closed) throw new EngineError('unavailable', 'the model is being closed');
    const leftMs = Math.max(0, applicant.deadlineAt - now);
    if (upInMs > Math.min(leftMs, LONGEST_REST_MS)) {
      throw new EngineError('unavailable', 'no instance is up', upInMs);
    }
    const { queueMaxRows } = this.options;
    const door = { queue: this.#queue, times: this.#times, queueMaxRows };
    const expectedRows = this.#expected.rows;
    const ownExpectedRows = this.#expected.rowsOf(applicant.flow);
    const expected = { expectedRows, ownExpectedRows };
    return admit(applicant, door, {
      running: this.#running,
      instances,
      upInMs,
      idle,
      now,
      ...expected,
    });
  }

  #dispatch(): void {
    const { maxBatchRows: maxRows, maxWaitMs } = this.options;
    const limits = {
      maxRows,
      waited: maxWaitMs > 0,
      ownMs: (rows: number) => this.#times.ownMs(rows),
    };
    while (this.pool.hasIdle && !this.#waitsForMore()) {
      const batch = takeBatch(this.#queue, limits);
      if (batch === undefined) break;
      void this.#run(batch);
    }
    this.#checkDrained();
  }

  /** Whether further rows are worth waiting for; dispatches again when the wait is over. */
  #waitsForMore(): boolean {
    const { maxBatchRows, maxWaitMs } = this.options;
    const { rows } = this.#queue;
    if (rows === 0 || rows >= maxBatchRows || maxWaitMs === 0 || this.#closed) return false;
    const oldest = this.#queue.oldest(({ queuedAt }) => queuedAt);
    const leftMs = oldest + maxWaitMs - performance.now();
    if (leftMs <= 0) return false;
    this.#waiting ??= setTimeout(() => {
      this.#waiting = undefined;
      this.#dispatch();
    }, leftMs);
    return true;
  }

  async #run(batch: Batch): Promise<void> {
    const { rows, jobs, inputs } = batch;
    const startedAt = performance.now();
    const inFlight = { rows, startedAt };
    const wide = this.#running.size === 0 && this.#queue.rows === 0;
    this.#running.add(inFlight);
    try {
      const { outputs, inferMs } = await this.pool.run(inputs, wide, this.options.runLimitMs);
      this.#runs += 1;
      this.#times.record(rows, performance.now() - startedAt);
      this.#tell(batch, startedAt, inferMs);
      resolveBatch(batch, outputs, startedAt, inferMs);
    } catch (error) {
      this.#tell(batch, startedAt, undefined);
      for (const job of jobs) this.#retryOrFail(job, jobs.length === 1, error);
    } finally {
      this.#running.delete(inFlight);
      this.#dispatch();
    }
  }

  #tell({ rows, reason, jobs }: Batch, startedAt: number, inferMs: number | undefined): void {
    const { model, observer } = this.options;
    const callers = jobs.map((job) => job.caller);
    observer.ran({ model, rows, reason, startedAt, inferMs, callers });
  }

  /** A batch that failed says nothing about its single jobs: each is tried once more, alone. */
  #retryOrFail(job: Job, wasAlone: boolean, error: unknown): void {
    const lost = error instanceof EngineError && error.code === 'instance-lost';
    job.losses += lost ? 1 : 0;
    job.alone = true;
    const final = lost ? job.losses >= LOSSES_BEFORE_GIVING_UP : wasAlone;
    if (final) job.reject(error);
    else if (!job.signal.aborted) this.#queue.pushFirst(job);
  }

  #checkDrained(): void {
    if (this.#running.size === 0 && this.#queue.rows === 0) this.#drained?.();
  }
}
