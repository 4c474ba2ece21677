export type EngineErrorCode =
  /** The queue holds as many rows as it may. */
  | 'queue-full'
  /** What waits before it takes longer than the caller gives. */
  | 'deadline-unreachable'
  /** The caller's deadline passed while its rows waited. */
  | 'deadline-passed'
  /** The graph refused the tensors or failed while it ran. */
  | 'run-failed'
  /** The process that ran the batch ended, twice. */
  | 'instance-lost'
  /** The graph or its runtime could not be loaded. */
  | 'load-failed'
  /** No instance is up, or the model is being closed. */
  | 'unavailable';

/** Answers and no faults: nobody asks where in the code they were given. */
const REFUSALS: ReadonlySet<EngineErrorCode> = new Set(['queue-full', 'deadline-unreachable']);

export class EngineError extends Error {
  constructor(
    readonly code: EngineErrorCode,
    message: string,
    /** Estimate after which trying again makes sense. */
    readonly retryAfterMs?: number,
  ) {
    const { stackTraceLimit } = Error;
    // Under overload finding the stack out was a tenth of what a refusal costs.
    if (REFUSALS.has(code)) Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'EngineError';
  }
}
