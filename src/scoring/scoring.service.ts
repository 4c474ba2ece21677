import { Inject, Injectable, Optional } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.module.js';
import { EngineError } from '../engine/engine.errors.js';
import { emptyTensor } from '../engine/tensor.data.js';
import { rowsOf, type Tensors } from '../engine/tensor.js';
import type { ModelIdentity } from '../registry/model.kind.js';
import { ModelStatistics } from './model.statistics.js';
import { type ModelChoice, type ModelListing, ScorerCatalog } from './scorer.catalog.js';
import type {
  InferInputs,
  ScoreCall,
  Scenario,
  Scenarios,
  Scorer,
  ServedModel,
  Timings,
} from './scorer.js';
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
  /** Who asks, by a name that no other caller has. */
  readonly principal?: string | undefined;
  /** Told which model answers, before it does. */
  readonly chosen?: (model: ModelIdentity) => void;
}

export interface Scored<S extends Scenario> {
  readonly model: ModelIdentity;
  readonly result: Scenarios[S]['result'];
}

/** How an input of some kind is scored. */
interface Work<Model, Result> {
  readonly rows: number;
  /** @throws ScoringError when none answers */
  readonly find: () => Model;
  readonly work: (model: Model, call: ScoreCall) => Promise<Result>;
  /** How sure the model was. */
  readonly quality: (result: Result) => Pick<ScoringRecord, 'topProbability' | 'answered'>;
}

/** Scores inputs: chooses the model, holds the deadline over it and tells what came of it, once. */
@Injectable()
export class ScoringService {
  constructor(
    private readonly catalog: ScorerCatalog,
    private readonly statistics: ModelStatistics,
    @Inject(CONFIG) private readonly config: Config,
    @Optional() @Inject(SCORING_OBSERVER) private readonly observer?: ScoringObserver,
  ) {}

  /** @throws ScoringError or EngineError */
  score<S extends Scenario>(
    kind: S,
    input: Scenarios[S]['input'],
    context: ScoreContext,
  ): Promise<Scored<S>> {
    return this.#run(context, {
      rows: 1,
      find: () => this.catalog.find(kind, context.choice),
      work: (scorer, call) => scorer.score(input, call),
      quality,
    });
  }

  /**
   * Runs tensors, checked against the model's `inputs`, through the model of a name. Of no rows it
   * gives no rows.
   * @throws ScoringError or EngineError
   */
  async infer(inputs: InferInputs, context: ScoreContext): Promise<Tensors> {
    const { model: name = '', version } = context.choice;
    const rows = rowsOf(inputs);
    const { result } = await this.#run(context, {
      rows,
      find: () => this.catalog.findServed(name, version),
      work: async (model, call) => (rows === 0 ? noRows(model) : model.infer(inputs, call)),
      quality: () => ({}),
    });
    return result;
  }

  async #run<Model extends Scorer | ServedModel, Result>(
    context: ScoreContext,
    { rows, find, work, quality }: Work<Model, Result>,
  ): Promise<{ model: ModelIdentity; result: Result }> {
    const timings: Timings = {};
    let model: ModelIdentity | undefined;
    try {
      const chosen = find();
      using _held = this.catalog.hold(chosen);
      model = chosen.identity;
      context.chosen?.(model);
      using deadline = this.#deadline(context);
      const { signal, at: deadlineAt } = deadline;
      const call = { signal, timings, deadlineAt, principal: context.principal };
      const working = work(chosen, call);
      const result = await Promise.race([working, deadline.passed]);
      this.#tell(context, { model, rows, timings, outcome: 'ok', ...quality(result) });
      return { model, result };
    } catch (error) {
      this.#tell(context, { model, rows, timings, outcome: outcomeOf(error) });
      throw error;
    } finally {
      addTimings(context.timings, timings);
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

  #tell({ arrivedAt }: ScoreContext, told: Omit<ScoringRecord, 'totalMs'>): void {
    const record = { ...told, totalMs: performance.now() - arrivedAt };
    this.statistics.scored(record);
    this.observer?.scored(record);
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

function noRows({ outputs }: ServedModel): Tensors {
  return Object.fromEntries(
    outputs.map(({ name, datatype, shape }) => {
      const sides = shape.map((side, index) => (index === 0 ? 0 : Math.max(0, side)));
      return [name, emptyTensor(datatype, sides)];
    }),
  );
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

/** A request may hold several inputs; its phases and rows are sums over them. */
function addTimings(sums: Timings, added: Timings): void {
  for (const phase of ['decode', 'queue', 'infer', 'rows'] as const) {
    const amount = added[phase];
    if (amount !== undefined) sums[phase] = (sums[phase] ?? 0) + amount;
  }
  if (added.batchRows === undefined) return;
  sums.batchRows = Math.max(sums.batchRows ?? 0, added.batchRows);
}
