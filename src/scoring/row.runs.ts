import type { EngineModel } from '../engine/engine.model.js';
import { concatRows, rowsOf, sliceRows, type Tensors } from '../engine/tensor.js';
import type { ScoreCall } from './scorer.js';
import { ScoringError } from './scoring.errors.js';

/** Rows of one request that are decoded or run at once, so that those of others come in between. */
const AT_ONCE = 4;

const OF_ROW: ReadonlySet<string> = new Set(['bad-text', 'bad-image', 'image-too-large']);

/** Rows that one request of a model may hold whose runs hold fewer. */
export const MAX_ROWS = 64;

/** Maps a few items at a time, in order; the first failure is thrown and nothing new is begun. */
async function mapInTurn<Item, Result>(
  items: readonly Item[],
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  let failed = false;
  const lane = async () => {
    for (let index = next++; index < items.length && !failed; index = next++) {
      try {
        results[index] = await work(items[index] as Item, index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, lane));
  return results;
}

/** As mapInTurn over the rows of a request, whose number is told with what is wrong with one. */
export function mapRows<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  return mapInTurn(items, async (item, row) => {
    try {
      return await work(item);
    } catch (error) {
      const isOfRow = error instanceof ScoringError && OF_ROW.has(error.code);
      if (items.length === 1 || !isOfRow) throw error;
      throw new ScoringError(error.code, `Row ${row}: ${error.message}`);
    }
  });
}

/**
 * Runs rows that share the first dimension, in as many runs as `maxBatchRows` asks for.
 * @param inputs at least one row
 */
export async function runRows(
  engine: Pick<EngineModel, 'run'>,
  inputs: Tensors,
  maxBatchRows: number,
  { signal, timings }: ScoreCall,
): Promise<Tensors> {
  const parts = await mapInTurn(splitRows(inputs, maxBatchRows), async (part) => {
    const { outputs, queueMs, inferMs } = await engine.run(part, signal);
    timings.queue = (timings.queue ?? 0) + queueMs;
    timings.infer = (timings.infer ?? 0) + inferMs;
    return outputs;
  });
  return mapTensors(parts[0] ?? {}, (_, name) =>
    concatRows(parts.flatMap((part) => part[name] ?? [])),
  );
}

function splitRows(inputs: Tensors, size: number): Tensors[] {
  const rows = rowsOf(inputs);
  if (rows <= size) return [inputs];
  return Array.from({ length: Math.ceil(rows / size) }, (_, index) => {
    const from = index * size;
    return mapTensors(inputs, (tensor) => sliceRows(tensor, from, Math.min(size, rows - from)));
  });
}

function mapTensors(
  tensors: Tensors,
  change: (tensor: Tensors[string], name: string) => Tensors[string],
) {
  const entries = Object.entries(tensors).map(([name, tensor]) => [name, change(tensor, name)]);
  return Object.fromEntries(entries) as Tensors;
}
