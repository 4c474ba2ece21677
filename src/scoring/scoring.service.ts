import { Inject, Injectable, Optional } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.module.js';
import { EngineError } from '../engine/engine.errors.js';
import type { ModelIdentity } from '../registry/model.kind.js';
import { type ModelChoice, type ModelListing, ScorerCatalog } from './scorer.catalog.js';
import type { Scenario, Scenarios, Timings } from './scorer.js';
import { ScoringError } from './scoring.errors.js';
import { SCORING_OBSERVER, type ScoringObserver, type ScoringRecord } from './scoring.observer.js';

/** What the edge knows of a request and scoring needs. */
export interface ScoreContext {
  readonly choice: ModelChoice;
  /** Milliseconds the caller gives, counted from the request's arrival. */
  readonly timeoutMs: number | undefined;
  /** `performance.now()` at the request's arrival. */
  readonly arrivedAt: number;
  /** Aborts when the caller hangs up. */
  readonly gone: AbortSignal;
  readonly timings: Timings;
  /** Told which model answers, before it does. */
  readonly chosen?: (model: ModelIdentity) => void;
}

export interface Scored<S extends Scenario> {
  readonly model: ModelIdentity;
  readonly result: Scenarios[S]['result'];
}

/** Scores one input: chooses the model and holds the deadline over it. */
@Injectable()
export class ScoringService {
  constructor(
    private readonly catalog: ScorerCatalog,
    @Inject(CONFIG) private readonly config: Config,
    @Optional() @Inject(SCORING_OBSERVER) private readonly observer?: ScoringObserver,
  ) {}

  /** @throws ScoringError or EngineError */
  async score<S extends Scenario>(
    kind: S,
    input: Scenarios[S]['input'],
    context: ScoreContext,
  ): Promise<Scored<S>> {
    const timings: Timings = {};
    let model: ModelIdentity | undefined;
    try {
      const scorer = this.catalog.find(kind, context.choice);
      model = scorer.identity;
      context.chosen?.(model);
      using deadline = this.#deadline(context);
      const scoring = scorer.score(input, { signal: deadline.signal, timings });
      const result = await Promise.race([scoring, deadline.passed]);
      this.#tell(context, { model, rows: 1, timings, outcome: 'ok', ...quality(result) });
      return { model, result };
    } catch (error) {
      this.#tell(context, { model, rows: 1, timings, outcome: outcomeOf(error) });
      throw error;
    } finally {
      addTimings(context.timings, timings);
    }
  }

  /** Every version found in the repository, for people and programs that choose one. */
  models(): ModelListing[] {
    return this.catalog.list();
  }

  #tell({ arrivedAt }: ScoreContext, record: Omit<ScoringRecord, 'totalMs'>): void {
    this.observer?.scored({ ...record, totalMs: performance.now() - arrivedAt });
  }

  #deadline({ arrivedAt, timeoutMs, gone }: ScoreContext) {
    const controller = new AbortController();
    const limit = Math.min(timeoutMs ?? Infinity, this.config.REQUEST_TIMEOUT_MS);
    const left = Math.max(0, arrivedAt + limit - performance.now());
    const timer = setTimeout(() => {
      const text = `The answer was not there within ${limit} ms.`;
      controller.abort(new ScoringError('deadline-passed', text));
    }, left);
    const passed = new Promise<never>((_, reject) => {
      controller.signal.addEventListener('abort', () => reject(controller.signal.reason));
    });
    const hangUp = () => controller.abort(new ScoringError('caller-gone', 'The caller hung up.'));
    if (gone.aborted) hangUp();
    else gone.addEventListener('abort', hangUp, { once: true });
    return {
      signal: controller.signal,
      /** Rejects with the signal's reason, so that no answer is given late. */
      passed,
      [Symbol.dispose]() {
        clearTimeout(timer);
        gone.removeEventListener('abort', hangUp);
      },
    };
  }
}

/** How sure the model was. */
function quality(result: Scenarios[Scenario]['result']) {
  if ('predictions' in result) return { topProbability: result.predictions[0]?.probability };
  return { topProbability: result.matches[0]?.probability, answered: result.answered };
}

function outcomeOf(error: unknown): ScoringRecord['outcome'] {
  const known = error instanceof ScoringError || error instanceof EngineError;
  return known ? error.code : 'internal-error';
}

/** A request may hold several inputs; its phases are sums over them. */
function addTimings(sums: Timings, added: Timings): void {
  for (const phase of ['decode', 'queue', 'infer'] as const) {
    const ms = added[phase];
    if (ms !== undefined) sums[phase] = (sums[phase] ?? 0) + ms;
  }
}
