import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.module.js';
import type { ModelIdentity } from '../registry/model.kind.js';
import { type ModelChoice, type ModelListing, ScorerCatalog } from './scorer.catalog.js';
import type { Scenario, Scenarios, Timings } from './scorer.js';
import { ScoringError } from './scoring.errors.js';

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
  /** Who asks, by a name that no other caller has. */
  readonly principal?: string | undefined;
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
  ) {}

  /** @throws ScoringError or EngineError */
  async score<S extends Scenario>(
    kind: S,
    input: Scenarios[S]['input'],
    context: ScoreContext,
  ): Promise<Scored<S>> {
    const scorer = this.catalog.find(kind, context.choice);
    context.chosen?.(scorer.identity);
    using deadline = this.#deadline(context);
    const { timings, principal } = context;
    const { signal, at: deadlineAt } = deadline;
    const scoring = scorer.score(input, { signal, timings, deadlineAt, principal });
    const result = await Promise.race([scoring, deadline.passed]);
    return { model: scorer.identity, result };
  }

  /** Every version found in the repository, for people and programs that choose one. */
  models(): ModelListing[] {
    return this.catalog.list();
  }

  #deadline({ arrivedAt, timeoutMs, gone }: ScoreContext) {
    const controller = new AbortController();
    const limit = Math.min(timeoutMs ?? Infinity, this.config.REQUEST_TIMEOUT_MS);
    const at = arrivedAt + limit;
    const left = Math.max(0, at - performance.now());
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
      at,
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
