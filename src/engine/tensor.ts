/** Element types by their Open Inference Protocol names. */
export type Datatype =
  | 'BOOL'
  | 'UINT8'
  | 'UINT16'
  | 'UINT32'
  | 'UINT64'
  | 'INT8'
  | 'INT16'
  | 'INT32'
  | 'INT64'
  | 'FP16'
  | 'FP32'
  | 'FP64'
  | 'BYTES';

export type NumericData =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

/** Row-major; `data` holds the product of `shape` elements. FP16 travels as its 16 bits. */
export interface Tensor {
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly data: NumericData | string[];
}

export type Tensors = Readonly<Record<string, Tensor>>;

/** An input or output of a graph; -1 marks a free dimension. */
export interface TensorSpec {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
}

/** Rows of a request: the first dimension that its tensors share. */
export function rowsOf(tensors: Readonly<Record<string, Pick<Tensor, 'shape'>>>): number {
  const first = Object.values(tensors)[0];
  return first?.shape[0] ?? 1;
}

/** Equal for requests whose rows may go into one run: all but the first dimension agree. */
export function shapeKey(tensors: Tensors): string {
  return Object.entries(tensors)
    .map(([name, tensor]) => `${name}:${tensor.shape.slice(1).join('x')}`)
    .toSorted()
    .join(';');
}

/** Stacks tensors of one datatype along the first dimension. */
export function concatRows(parts: readonly Tensor[]): Tensor {
  const [first] = parts;
  if (first === undefined) throw new RangeError('nothing to stack');
  if (parts.length === 1) return first;
  const rows = parts.reduce((sum, part) => sum + (part.shape[0] ?? 1), 0);
  return {
    datatype: first.datatype,
    shape: [rows, ...first.shape.slice(1)],
    data: joinData(parts.map((part) => part.data)),
  };
}

/** Rows `from` to `from + rows` as a view, without a copy for numbers. */
export function sliceRows(tensor: Tensor, from: number, rows: number): Tensor {
  const width = tensor.data.length / (tensor.shape[0] ?? 1);
  const [start, end] = [from * width, (from + rows) * width];
  return {
    datatype: tensor.datatype,
    shape: [rows, ...tensor.shape.slice(1)],
    data: Array.isArray(tensor.data)
      ? tensor.data.slice(start, end)
      : tensor.data.subarray(start, end),
  };
}

function joinData(parts: readonly Tensor['data'][]): Tensor['data'] {
  const [first] = parts;
  if (first === undefined || Array.isArray(first)) return (parts as string[][]).flat();
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const joined = new (first.constructor as new (length: number) => Float32Array)(length);
  let offset = 0;
  for (const part of parts) {
    joined.set(part as Float32Array, offset);
    offset += part.length;
  }
  return joined;
}
