import type { Waiting } from './fair.queue.js';
import { rowsOf, shapeKey, type Tensors } from './tensor.js';

/** What a caller says of its rows besides the tensors. */
export interface RunOptions {
  /** Aborts when the caller does not want the answer any more; the run rejects with its reason. */
  readonly signal: AbortSignal;
  /** `performance.now()` until which the answer is of use; unset: always. */
  readonly deadlineAt?: number | undefined;
  /** Who asks: rows of one principal wait behind each other, those of others in turns. */
  readonly principal?: string | undefined;
}

export interface JobResult {
  readonly outputs: Tensors;
  readonly queueMs: number;
  readonly inferMs: number;
  /** Rows of the whole run that it shared. */
  readonly batchRows: number;
}

interface Settle {
  readonly resolve: (result: JobResult) => void;
  readonly reject: (error: unknown) => void;
}

/** A request's rows on their way through the engine. */
export interface Job extends Waiting, Settle {
  readonly inputs: Tensors;
  /** Equal for jobs that may share a run. */
  readonly shape: string;
  readonly signal: AbortSignal;
  /** `performance.now()`; Infinity where none was given. */
  readonly deadlineAt: number;
  /** `performance.now()` when it was queued. */
  readonly queuedAt: number;
  /** The observer's token of the request. */
  caller: unknown;
  /** Set once a batch with it has failed: it then runs alone and cannot harm others again. */
  alone: boolean;
  /** Times that an instance was lost under it. */
  losses: number;
}

export function newJob(inputs: Tensors, options: RunOptions, settle: Settle): Job {
  const { signal, deadlineAt = Infinity, principal = '' } = options;
  return {
    inputs,
    flow: principal,
    rows: Math.max(1, rowsOf(inputs)),
    shape: shapeKey(inputs),
    signal,
    deadlineAt,
    queuedAt: performance.now(),
    caller: undefined,
    alone: false,
    losses: 0,
    ...settle,
  };
}
