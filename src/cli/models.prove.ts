import { readFile } from 'node:fs/promises';
import { EngineError } from '../engine/engine.errors.js';
import { GoldenError, type ModelFolder } from '../registry/model.kind.js';
import type { TensorManifest } from '../registry/model.manifest.js';
import { firstAnswers, InventedInputsError } from '../tensor/first.answers.js';
import { TensorKind } from '../tensor/tensor.kind.js';
import type { TensorScorer } from '../tensor/tensor.scorer.js';
import { ModelAddError } from './model.add.error.js';
import { openScoring } from './scoring.context.js';

/** Rows of a run where a graph takes any number and answers each as if it were alone. */
const BATCH_ROWS = 32;

export interface Proof {
  /** Content of golden.json. */
  readonly golden: unknown;
  readonly maxBatchRows: number;
}

/**
 * Runs a graph to find golden answers, where none are given, and how many rows a run may hold.
 * @throws ModelAddError
 */
export async function proveGraph(
  folder: ModelFolder<TensorManifest>,
  asked: { golden?: string | undefined; maxBatchRows?: number | undefined },
): Promise<Proof> {
  const context = await openScoring({}, { load: false });
  try {
    const kind = context.get(TensorKind, { strict: false });
    const load = (maxBatchRows: number) =>
      kind
        .load({
          ...folder,
          manifest: { ...folder.manifest, limits: { ...folder.manifest.limits, maxBatchRows } },
        })
        .catch(asRefusal);
    const scorer = await load(asked.maxBatchRows ?? 1);
    const golden = await goldenOf(scorer, asked.golden).finally(() => scorer.close());
    if (asked.maxBatchRows !== undefined) return { golden, maxBatchRows: asked.maxBatchRows };
    const isFree = [...scorer.inputs, ...scorer.outputs].every(({ shape }) => shape[0] === -1);
    const stacks = isFree && (await isProved(await load(BATCH_ROWS), golden));
    return { golden, maxBatchRows: stacks ? BATCH_ROWS : 1 };
  } finally {
    await context.close();
  }
}

function asRefusal(error: unknown): never {
  const reason = (error instanceof Error ? error.message : String(error)).trim();
  throw new ModelAddError(`the graph cannot be served: ${reason}`, { cause: error });
}

async function goldenOf(scorer: TensorScorer, file: string | undefined): Promise<unknown> {
  if (file !== undefined) {
    const text = await readFile(file, 'utf8');
    try {
      return JSON.parse(text);
    } catch {
      throw new ModelAddError(`${file} is not JSON`);
    }
  }
  return firstAnswers(scorer).catch((error: unknown) => {
    if (!(error instanceof InventedInputsError)) throw error;
    throw new ModelAddError(
      `the graph takes no made-up inputs, give real ones with --golden FILE: ${error.message.trim()}`,
    );
  });
}

/** Whether the golden answers hold, one by one and in one batch. */
async function isProved(scorer: TensorScorer, golden: unknown): Promise<boolean> {
  try {
    await scorer.verify(golden);
    return true;
  } catch (error) {
    if (error instanceof GoldenError || error instanceof EngineError) return false;
    throw error;
  } finally {
    await scorer.close();
  }
}
