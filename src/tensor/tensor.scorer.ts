import type { EngineModel } from '../engine/engine.model.js';
import { rowsOf, type Tensors, type TensorSpec } from '../engine/tensor.js';
import { ModelFolderError } from '../registry/model.folder.js';
import { GoldenError, type ModelIdentity } from '../registry/model.kind.js';
import { tallyRun } from '../scoring/run.tally.js';
import type { ScoreCall, ServedModel } from '../scoring/scorer.js';
import { ScoringError } from '../scoring/scoring.errors.js';
import { differenceOf } from './tensor.difference.js';
import { type GoldenCase, readCases, stackCases } from './tensor.golden.js';
import type { TensorGraph } from './tensor.graph.js';

/** Runs the tensors of callers through a graph as they come. */
export class TensorScorer implements ServedModel {
  readonly kind = 'tensor';
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly maxRows: number;

  constructor(
    readonly identity: ModelIdentity,
    private readonly engine: EngineModel,
    private readonly graph: TensorGraph,
    readonly labels?: readonly string[],
  ) {
    ({ inputs: this.inputs, outputs: this.outputs, maxRows: this.maxRows } = graph);
  }

  get healthy(): boolean {
    return this.engine.healthy;
  }

  get work() {
    return this.engine.work;
  }

  async infer(inputs: Tensors, call: ScoreCall): Promise<Tensors> {
    requireRows(inputs, this.graph.isBatched);
    requireWholeTexts(inputs);
    const run = await this.engine.run(inputs, call);
    tallyRun(call.timings, run, rowsOf(inputs));
    const { outputs } = run;
    return Object.fromEntries(
      this.outputs.flatMap(({ name }) => {
        const tensor = outputs[name];
        return tensor === undefined ? [] : [[name, tensor]];
      }),
    );
  }

  /** Besides each case alone, some are run as one batch: rows must not influence each other. */
  async verify(golden: unknown): Promise<void> {
    const { tolerance, cases } = readCases(golden);
    for (const [index, one] of cases.entries()) {
      await this.#prove(`${index + 1}`, one, tolerance);
    }
    const stacked = this.graph.isBatched ? stackCases(cases, this.maxRows) : undefined;
    if (stacked === undefined) return;
    const label = 'cases in one batch (if they differ only there, limits.maxBatchRows must be 1)';
    await this.#prove(label, stacked, tolerance);
  }

  close(): Promise<void> {
    return this.engine.close();
  }

  async #prove(label: string, { inputs, outputs }: GoldenCase, tolerance: number): Promise<void> {
    const wanted = this.inputs
      .map(({ name }) => name)
      .toSorted()
      .join(', ');
    const named = Object.keys(inputs).toSorted().join(', ');
    if (named !== wanted) {
      throw new ModelFolderError(
        `golden.json: input ${label} has ${named}; the graph takes ${wanted}`,
      );
    }
    const got = await this.infer(inputs, { signal: new AbortController().signal, timings: {} });
    for (const [name, expected] of Object.entries(outputs)) {
      const tensor = got[name];
      if (tensor === undefined) throw new GoldenError(label, `an output '${name}'`, 'none');
      const difference = differenceOf(expected, tensor, tolerance);
      if (difference === undefined) continue;
      throw new GoldenError(label, `output '${name}' ${difference.expected}`, difference.got);
    }
  }
}

/** @throws ScoringError where a run with other callers' rows would mix them up */
function requireRows(inputs: Tensors, isBatched: boolean): void {
  const counts = new Set(Object.values(inputs).map(({ shape }) => shape[0] ?? 1));
  if (isBatched && counts.size > 1) {
    const rows = Object.entries(inputs).map(([name, { shape }]) => `'${name}' ${shape[0]}`);
    throw new ScoringError('bad-tensor', `The inputs differ in rows: ${rows.join(', ')}.`);
  }
  if (!isBatched && counts.has(0)) {
    throw new ScoringError('bad-tensor', 'An input is empty: expected at least one row.');
  }
}

/** @throws ScoringError for a text that the runtime would cut off without a word */
function requireWholeTexts(inputs: Tensors): void {
  for (const [name, { datatype, data }] of Object.entries(inputs)) {
    if (datatype !== 'BYTES' || !Array.isArray(data)) continue;
    if (!data.some((text) => text.includes('\0'))) continue;
    throw new ScoringError('bad-tensor', `A text of input '${name}' contains a NUL character.`);
  }
}
