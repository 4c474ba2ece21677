import type { Tensor, Tensors, TensorSpec } from './tensor.js';

/** Size that stands for a free dimension where any will do. */
const ANY_SIZE = 16;
/** Up to here every size of a run is warmed up, above it powers of two and the largest. */
const EVERY_SIZE = 8;

const ARRAYS = {
  BOOL: Uint8Array,
  UINT8: Uint8Array,
  UINT16: Uint16Array,
  UINT32: Uint32Array,
  UINT64: BigUint64Array,
  INT8: Int8Array,
  INT16: Int16Array,
  INT32: Int32Array,
  INT64: BigInt64Array,
  FP16: Uint16Array,
  FP32: Float32Array,
  FP64: Float64Array,
} as const;

/** Sizes of runs worth warming up for a model that takes up to `maxRows` rows at once. */
export function warmSizes(maxRows: number): number[] {
  const sizes = Array.from({ length: Math.min(maxRows, EVERY_SIZE) }, (_, at) => at + 1);
  for (let rows = 2 * EVERY_SIZE; rows < maxRows; rows *= 2) sizes.push(rows);
  return maxRows > EVERY_SIZE ? [...sizes, maxRows] : sizes;
}

/** Inputs of zeros with `rows` rows, to warm up with. */
export function zeroInputs(inputs: readonly TensorSpec[], rows: number): Tensors {
  return Object.fromEntries(inputs.map((spec) => [spec.name, zeros(spec, rows)]));
}

function zeros({ datatype, shape }: TensorSpec, rows: number): Tensor {
  const sizes = shape.map((size, at) => (size >= 0 ? size : at === 0 ? rows : ANY_SIZE));
  const length = sizes.reduce((product, size) => product * size, 1);
  const data = datatype === 'BYTES' ? Array<string>(length).fill('') : new ARRAYS[datatype](length);
  return { datatype, shape: sizes, data };
}
