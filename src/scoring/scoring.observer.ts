import type { EngineErrorCode } from '../engine/engine.errors.js';
import type { ModelIdentity } from '../registry/model.kind.js';
import type { Timings } from './scorer.js';
import type { ScoringErrorCode } from './scoring.errors.js';

/** One scored, refused or failed input. */
export interface ScoringRecord {
  /** Undefined when none answers for the caller's choice. */
  readonly model: ModelIdentity | undefined;
  readonly rows: number;
  readonly timings: Timings;
  /** Milliseconds from the request's arrival. */
  readonly totalMs: number;
  readonly outcome: 'ok' | ScoringErrorCode | EngineErrorCode | 'internal-error';
  /** Probability of the best match or class. */
  readonly topProbability?: number | undefined;
  /** Whether a question found an answer. */
  readonly answered?: boolean | undefined;
}

/** Told once of each input; must return at once and not throw. */
export interface ScoringObserver {
  scored(record: ScoringRecord): void;
}

export const SCORING_OBSERVER = Symbol('ScoringObserver');
