/** Whose graphs run; the engine only passes it on. */
export interface ModelLabel {
  readonly name: string;
  readonly version: number;
}

/** Why a batch left the queue. */
export type ReleaseReason =
  /** It holds as many rows as one run may. */
  | 'full'
  /** An instance was free and nothing else waited. */
  | 'queue-empty'
  /** What waits behind it has another shape or more rows than still fit. */
  | 'next-does-not-fit'
  /** The configured wait was over. */
  | 'wait-over'
  /** A job of a batch that failed, alone. */
  | 'retry';

export interface RanBatch {
  readonly model: ModelLabel;
  readonly rows: number;
  readonly reason: ReleaseReason;
  /** `performance.now()` when the instance got it. */
  readonly startedAt: number;
  /** Milliseconds in the runtime; undefined when it failed. */
  readonly inferMs: number | undefined;
  /** What `queued` gave back for each of its requests. */
  readonly callers: readonly unknown[];
}

/** Told what happens in the engine; must return at once and not throw. */
export interface EngineObserver {
  /** Rows of one request were queued; called in the request's asynchronous context. */
  queued(model: ModelLabel, rows: number): unknown;
  ran(batch: RanBatch): void;
  instanceStarted(model: ModelLabel): void;
  /** The process of an instance ended unasked. */
  instanceLost(model: ModelLabel): void;
}

export const ENGINE_OBSERVER = Symbol('EngineObserver');

export const UNOBSERVED: EngineObserver = {
  queued: () => undefined,
  ran: () => undefined,
  instanceStarted: () => undefined,
  instanceLost: () => undefined,
};
