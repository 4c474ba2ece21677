import type { Datatype, Tensor } from './tensor.js';

export type NumericDatatype = Exclude<Datatype, 'BYTES'>;

/** What holds the elements of each datatype but BYTES. */
export const ARRAYS = {
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
} as const satisfies Record<NumericDatatype, unknown>;

/** A tensor without elements: one side of its shape is 0. */
export function emptyTensor(datatype: Datatype, shape: readonly number[]): Tensor {
  return { datatype, shape, data: datatype === 'BYTES' ? [] : new ARRAYS[datatype](0) };
}

/** Elements of a shape; 1 for a scalar. */
export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}
