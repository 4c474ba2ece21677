import type { JobResult } from '../engine/job.js';
import type { Timings } from './scorer.js';

/** Adds a run in the engine to what its request has used so far. */
export function tallyRun(timings: Timings, run: JobResult, rows: number): void {
  timings.queue = (timings.queue ?? 0) + run.queueMs;
  timings.infer = (timings.infer ?? 0) + run.inferMs;
  timings.rows = (timings.rows ?? 0) + rows;
  timings.batchRows = Math.max(timings.batchRows ?? 0, run.batchRows);
}
