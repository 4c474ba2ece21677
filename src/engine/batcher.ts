import type { ReleaseReason } from './engine.observer.js';
import { concatRows, rowsOf, shapeKey, sliceRows, type Tensors } from './tensor.js';

/** A request's rows on their way through the engine. */
export interface Job {
  readonly inputs: Tensors;
  readonly rows: number;
  readonly shape: string;
  readonly signal: AbortSignal;
  /** The observer's token of the request. */
  readonly caller: unknown;
  /** `performance.now()` when it was queued. */
  readonly queuedAt: number;
  /** Set once a batch with it has failed: it then runs alone and cannot harm others again. */
  alone: boolean;
  /** Times that an instance was lost under it. */
  losses: number;
  readonly resolve: (result: JobResult) => void;
  readonly reject: (error: unknown) => void;
}

export interface JobResult {
  readonly outputs: Tensors;
  readonly queueMs: number;
  readonly inferMs: number;
  /** Rows of the whole run that it shared. */
  readonly batchRows: number;
}

export interface Batch {
  readonly jobs: readonly Job[];
  readonly rows: number;
  readonly inputs: Tensors;
  readonly reason: ReleaseReason;
}

export function newJob(
  inputs: Tensors,
  signal: AbortSignal,
  settle: Pick<Job, 'resolve' | 'reject'>,
  caller?: unknown,
): Job {
  return {
    inputs,
    rows: rowsOf(inputs),
    shape: shapeKey(inputs),
    signal,
    caller,
    queuedAt: performance.now(),
    alone: false,
    losses: 0,
    ...settle,
  };
}

/**
 * Takes from the queue what one run may hold: the oldest job and those behind it with the same
 * shape, as many rows as fit. There is no timer: what came while the last batch ran is the next
 * batch. Jobs whose caller has gone are dropped.
 */
export function takeBatch(queue: Job[], maxRows: number): Batch | undefined {
  const jobs: Job[] = [];
  let rows = 0;
  for (let at = 0; at < queue.length && rows < maxRows;) {
    const job = queue[at];
    if (job === undefined) break;
    if (job.signal.aborted) {
      queue.splice(at, 1);
      continue;
    }
    if (jobs.length > 0 && !fits(job, jobs, maxRows - rows)) {
      at += 1;
      continue;
    }
    queue.splice(at, 1);
    jobs.push(job);
    rows += job.rows;
  }
  const [first] = jobs;
  if (first === undefined) return undefined;
  return { jobs, rows, inputs: stack(jobs), reason: reasonOf(first, rows, maxRows, queue) };
}

function reasonOf(first: Job, rows: number, maxRows: number, left: readonly Job[]): ReleaseReason {
  if (first.alone) return 'retry';
  if (rows >= maxRows) return 'full';
  return left.length === 0 ? 'queue-empty' : 'next-does-not-fit';
}

function fits(job: Job, batch: readonly Job[], freeRows: number): boolean {
  const [first] = batch;
  return job.shape === first?.shape && !job.alone && !first.alone && job.rows <= freeRows;
}

/** Gives every job of a batch its own rows back. */
export function resolveBatch(batch: Batch, outputs: Tensors, startedAt: number, inferMs: number) {
  let from = 0;
  for (const job of batch.jobs) {
    job.resolve({
      outputs: batch.jobs.length === 1 ? outputs : sliceAll(outputs, from, job.rows),
      queueMs: startedAt - job.queuedAt,
      inferMs,
      batchRows: batch.rows,
    });
    from += job.rows;
  }
}

function stack(jobs: readonly Job[]): Tensors {
  const [first] = jobs;
  if (first === undefined || jobs.length === 1) return first?.inputs ?? {};
  return Object.fromEntries(
    Object.keys(first.inputs).map((name) => [
      name,
      concatRows(jobs.flatMap((job) => job.inputs[name] ?? [])),
    ]),
  );
}

function sliceAll(tensors: Tensors, from: number, rows: number): Tensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [name, sliceRows(tensor, from, rows)]),
  );
}
