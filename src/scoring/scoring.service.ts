import { Inject, Injectable, Optional } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.module.js';
import { EngineError } from '../engine/engine.errors.js';
import { emptyTensor } from '../engine/tensor.data.js';
import { rowsOf, type Tensors } from '../engine/tensor.js';
import type { ModelIdentity } from '../registry/model.kind.js';
import { ModelStatistics } from './model.statistics.js';
import { type ModelChoice, type ModelListing, ScorerCatalog } from './scorer.catalog.js';
import type { InferInputs, Scenario, Scenarios, ServedModel, Timings } from './scorer.js';
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
    private readonly statistics: ModelStatistics,
    @Optional() @Inject(SCORING_OBSERVER) private readonly observer: ScoringObserver | undefined,
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
    const scoring = scorer.score(input, { signal: deadline.signal, timings: context.timings });
    const result = await Promise.race([scoring, deadline.passed]);
    return { model: scorer.identity, result };
  }

  /**
   * Runs tensors, checked against the model's `inputs`, through the model of a name. Of no rows it
   * gives no rows.
   * @throws ScoringError or EngineError
   */
  async infer(inputs: InferInputs, context: ScoreContext): Promise<Tensors> {
    const { model: name = '', version } = context.choice;
    const model = this.catalog.findServed(name, version);
    context.chosen?.(model.identity);
    const rows = rowsOf(inputs);
    if (rows === 0) return noRows(model);
    const tell = (outcome: ScoringRecord['outcome']) => {
      const totalMs = performance.now() - context.arrivedAt;
      this.#tell({ model: model.identity, rows, timings: context.timings, totalMs, outcome });
    };
    try {
      using deadline = this.#deadline(context);
      const call = { signal: deadline.signal, timings: context.timings };
      const outputs = await Promise.race([model.infer(inputs, call), deadline.passed]);
      tell('ok');
      return outputs;
    } catch (error) {
      tell(outcomeOf(error));
      throw error;
    }
  }

  /** @throws ScoringError `model-not-found` or `not-ready` */
  served(name: string, version?: number): ServedModel {
    return this.catalog.findServed(name, version);
  }

  /** Versions of a name that may be asked for, highest first. */
  servedVersions(name: string): readonly number[] {
    return this.catalog.servedVersions(name);
  }

  /** Every version found in the repository, for people and programs that choose one. */
  models(): ModelListing[] {
    return this.catalog.list();
  }

  #tell(record: ScoringRecord): void {
    this.statistics.scored(record);
    this.observer?.scored(record);
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

function outcomeOf(error: unknown): ScoringRecord['outcome'] {
  const isOurs = error instanceof ScoringError || error instanceof EngineError;
  return isOurs ? error.code : 'internal-error';
}

function noRows({ outputs }: ServedModel): Tensors {
  return Object.fromEntries(
    outputs.map(({ name, datatype, shape }) => {
      const sides = shape.map((side, index) => (index === 0 ? 0 : Math.max(0, side)));
      return [name, emptyTensor(datatype, sides)];
    }),
  );
}
