import type { Tensor } from '../engine/tensor.js';
import { valueOf } from './json.tensor.js';

/** What was expected of a tensor and what came instead, in words. */
export interface Difference {
  readonly expected: string;
  readonly got: string;
}

/**
 * The first difference of two tensors. Floating-point numbers may differ by
 * `tolerance * (1 + |expected|)`, everything else not at all.
 */
export function differenceOf(
  expected: Tensor,
  got: Tensor,
  tolerance: number,
): Difference | undefined {
  const [wanted, found] = [formOf(expected), formOf(got)];
  if (wanted !== found) return { expected: wanted, got: found };
  const { datatype } = expected;
  const isReal = datatype.startsWith('FP');
  for (const [index, element] of expected.data.entries()) {
    const want = valueOf(element, datatype);
    const value = valueOf(got.data[index] ?? NaN, datatype);
    const same = isReal ? isNear(Number(want), Number(value), tolerance) : want === value;
    if (same) continue;
    const place = `[${positionOf(index, expected.shape)}]`;
    return { expected: `${String(want)} at ${place}`, got: String(value) };
  }
  return undefined;
}

function formOf({ datatype, shape }: Tensor): string {
  return `${datatype} [${shape.join(', ')}]`;
}

function isNear(want: number, value: number, tolerance: number): boolean {
  if (Number.isFinite(want)) return Math.abs(value - want) <= tolerance * (1 + Math.abs(want));
  return Object.is(want, value);
}

function positionOf(index: number, shape: readonly number[]): string {
  let rest = index;
  return shape
    .toReversed()
    .map((side) => {
      const at = rest % side;
      rest = Math.floor(rest / side);
      return at;
    })
    .toReversed()
    .join(', ');
}
