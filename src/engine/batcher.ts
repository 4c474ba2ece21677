import { EngineError } from './engine.errors.js';
import type { ReleaseReason } from './engine.observer.js';
import type { FairQueue } from './fair.queue.js';
import type { Job } from './job.js';
import { concatRows, sliceRows, type Tensors } from './tensor.js';

export interface Batch {
  readonly jobs: readonly Job[];
  readonly rows: number;
  readonly inputs: Tensors;
  readonly reason: ReleaseReason;
}

export interface BatchLimits {
  readonly maxRows: number;
  /** A wait for further rows has ended without them. */
  readonly waited?: boolean;
  /** What a run of some rows is expected to take, as far as it is known. */
  readonly ownMs: (rows: number) => number | undefined;
}

/**
 * Takes from the queue what one run may hold: the job whose turn it is and others of the same shape,
 * as many rows as fit. What came while the last batch ran is the next batch. Jobs whose deadline cannot
 * be met any more are rejected on the way.
 */
export function takeBatch(queue: FairQueue<Job>, limits: BatchLimits): Batch | undefined {
  const first = takeTimely(queue, limits);
  if (first === undefined) return undefined;
  const jobs = [first];
  let { rows } = first;
  const fits = (job: Job) => job.shape === first.shape && job.rows <= limits.maxRows - rows;
  while (!first.alone && rows < limits.maxRows) {
    const next = queue.takeAlong(fits);
    if (next === undefined) break;
    if (isLate(next, queue, limits)) continue;
    jobs.push(next);
    rows += next.rows;
  }
  return { jobs, rows, inputs: stack(jobs), reason: reasonOf(first, rows, queue.rows, limits) };
}

function takeTimely(queue: FairQueue<Job>, limits: BatchLimits): Job | undefined {
  for (;;) {
    const job = queue.take();
    if (job === undefined || !isLate(job, queue, limits)) return job;
  }
}

/** While others wait, a run that ends after its deadline is wasted. Rejects the job. */
function isLate(job: Job, queue: FairQueue<Job>, { ownMs }: BatchLimits): boolean {
  const expectedMs = queue.rows > 0 ? (ownMs(job.rows) ?? 0) : 0;
  if (performance.now() + expectedMs < job.deadlineAt) return false;
  // What had its turn before was not charged for this one.
  if (!job.alone) queue.refund(job);
  job.reject(new EngineError('deadline-passed', 'The deadline passed before the rows could run.'));
  return true;
}

function reasonOf(
  first: Job,
  rows: number,
  rowsLeft: number,
  { maxRows, waited = false }: BatchLimits,
): ReleaseReason {
  if (first.alone) return 'retry';
  if (rows >= maxRows) return 'full';
  if (rowsLeft > 0) return 'next-does-not-fit';
  return waited ? 'wait-over' : 'queue-empty';
}

/**
 * Gives every job of a batch its own rows back.
 * @throws EngineError `run-failed` where an output has not one row for each of the batch
 */
export function resolveBatch(batch: Batch, outputs: Tensors, startedAt: number, inferMs: number) {
  const shared = batch.jobs.length > 1 ? Object.entries(outputs) : [];
  const wrong = shared.find(([, { shape }]) => shape[0] !== batch.rows);
  if (wrong !== undefined) {
    throw new EngineError('run-failed', `output '${wrong[0]}' does not count rows`);
  }
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
