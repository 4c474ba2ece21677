import { z } from 'zod';
import { concatRows, rowsOf, shapeKey, type Tensors } from '../engine/tensor.js';
import { ModelFolderError, parseGolden } from '../registry/model.folder.js';
import { fromJson, type JsonTensor, jsonTensor } from './json.tensor.js';

export const tensorGolden = z.object({
  /** Where the expected outputs come from. */
  note: z.string().optional(),
  /** Floating-point numbers may differ by tolerance * (1 + |expected|), all else not at all. */
  tolerance: z.number().positive(),
  cases: z
    .array(
      z.strictObject({
        inputs: z.record(z.string(), jsonTensor),
        outputs: z.record(z.string(), jsonTensor),
      }),
    )
    .min(1),
});

export interface GoldenCase {
  readonly inputs: Tensors;
  readonly outputs: Tensors;
}

/** @throws ModelFolderError naming what is wrong in golden.json */
export function readCases(golden: unknown): { tolerance: number; cases: GoldenCase[] } {
  const { tolerance, cases } = parseGolden(tensorGolden, golden);
  const read = cases.map(({ inputs, outputs }, index) => ({
    inputs: tensorsOf(inputs, `cases/${index}/inputs`),
    outputs: tensorsOf(outputs, `cases/${index}/outputs`),
  }));
  return { tolerance, cases: read };
}

function tensorsOf(tensors: Record<string, JsonTensor>, at: string): Tensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => {
      try {
        return [name, fromJson(tensor)];
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        throw new ModelFolderError(`golden.json: ${at}/${name}: ${error.message}`);
      }
    }),
  );
}

/** Cases of one shape stacked into one run of at most `maxRows` rows; undefined where none fits. */
export function stackCases(cases: readonly GoldenCase[], maxRows: number): GoldenCase | undefined {
  const [first] = cases;
  if (first === undefined) return undefined;
  const key = shapeKey(first.inputs);
  const alike = cases.filter(({ inputs }) => shapeKey(inputs) === key);
  const stacked: GoldenCase[] = [];
  let rows = 0;
  // A single case is stacked upon itself.
  for (const one of alike.length > 1 ? alike : [first, first]) {
    if (rows + rowsOf(one.inputs) > maxRows) break;
    rows += rowsOf(one.inputs);
    stacked.push(one);
  }
  if (stacked.length < 2) return undefined;
  return {
    inputs: stack(stacked.map(({ inputs }) => inputs)),
    outputs: stack(stacked.map(({ outputs }) => outputs)),
  };
}

function stack(parts: readonly Tensors[]): Tensors {
  const names = Object.keys(parts[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [name, concatRows(parts.flatMap((part) => part[name] ?? []))]),
  );
}
