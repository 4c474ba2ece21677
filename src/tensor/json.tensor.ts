import { z } from 'zod';
import { halfToNumber, numberToHalf } from '../engine/float16.js';
import type { Datatype, Tensor } from '../engine/tensor.js';

/** Names of what JSON has no numbers for. */
const SPECIAL = new Set<unknown>(['NaN', 'Infinity', '-Infinity']);

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
} as const satisfies Record<Exclude<Datatype, 'BYTES'>, unknown>;

const DATATYPES = [...Object.keys(ARRAYS), 'BYTES'] as Datatype[];

export const jsonTensor = z.strictObject({
  datatype: z.enum(DATATYPES),
  shape: z.array(z.int().min(0)),
  /** Row-major; integers beyond 2^53 as decimal text, NaN and infinities by their names. */
  data: z.array(z.union([z.number(), z.string(), z.boolean()])),
});

/** A tensor in golden.json. */
export type JsonTensor = z.infer<typeof jsonTensor>;

/** @throws RangeError naming the element that is none of the datatype */
export function fromJson({ datatype, shape, data }: JsonTensor): Tensor {
  const size = shape.reduce((product, side) => product * side, 1);
  if (data.length !== size) {
    throw new RangeError(`${data.length} elements are not the ${size} of shape [${shape}]`);
  }
  if (datatype === 'BYTES') {
    return { datatype, shape, data: data.map((value) => requireText(value)) };
  }
  if (datatype === 'INT64' || datatype === 'UINT64') {
    const values = data.map((value) => requireInteger(value, datatype));
    return { datatype, shape, data: ARRAYS[datatype].from(values) };
  }
  const values = data.map((value) => {
    if (!datatype.startsWith('FP')) return requireFit(value, datatype);
    return datatype === 'FP16' ? numberToHalf(requireNumber(value)) : requireNumber(value);
  });
  return { datatype, shape, data: ARRAYS[datatype].from(values) };
}

/** The reverse of `fromJson`. */
export function toJson({ datatype, shape, data }: Tensor): JsonTensor {
  const elements = [...data].map((value) => elementOf(value, datatype));
  return { datatype, shape: [...shape], data: elements };
}

/** An element as a number, its bits read as FP16 where it is one; text stays text. */
export function valueOf(element: number | bigint | string, datatype: Datatype) {
  return datatype === 'FP16' ? halfToNumber(Number(element)) : element;
}

function elementOf(
  element: number | bigint | string,
  datatype: Datatype,
): JsonTensor['data'][number] {
  if (typeof element === 'string') return element;
  if (datatype === 'BOOL') return element === 1;
  if (typeof element === 'bigint') {
    return Number.isSafeInteger(Number(element)) ? Number(element) : String(element);
  }
  const value = Number(valueOf(element, datatype));
  if (!Number.isFinite(value)) return String(value);
  // Nine digits tell every FP32 from its neighbours.
  return datatype === 'FP64' ? value : Number(value.toPrecision(9));
}

function requireText(value: JsonTensor['data'][number]): string {
  if (typeof value === 'string') return value;
  throw new RangeError(`${value} is not text, as BYTES are`);
}

function requireNumber(value: JsonTensor['data'][number]): number {
  if (typeof value === 'number') return value;
  if (SPECIAL.has(value)) return Number(value);
  throw new RangeError(`${value} is not a number`);
}

function requireFit(value: JsonTensor['data'][number], datatype: keyof typeof ARRAYS): number {
  if (datatype === 'BOOL') {
    if (typeof value === 'boolean') return value ? 1 : 0;
    throw new RangeError(`${value} is neither true nor false, as BOOL is`);
  }
  return Number(requireInteger(value, datatype));
}

function requireInteger(value: JsonTensor['data'][number], datatype: keyof typeof ARRAYS): bigint {
  const isInteger =
    typeof value === 'string' ? /^-?\d{1,20}$/.test(value) : Number.isSafeInteger(value);
  const integer = isInteger ? BigInt(value) : undefined;
  const bits = Number(datatype.replace(/\D/g, ''));
  const fits =
    integer !== undefined &&
    (datatype.startsWith('U') ? BigInt.asUintN(bits, integer) : BigInt.asIntN(bits, integer)) ===
      integer;
  if (fits) return integer;
  throw new RangeError(`${value} is not an integer of ${datatype}`);
}
