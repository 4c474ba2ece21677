import * as ort from 'onnxruntime-node';
import type { Datatype, Tensor, TensorSpec } from './tensor.js';

const ORT_TYPE = {
  BOOL: 'bool',
  UINT8: 'uint8',
  UINT16: 'uint16',
  UINT32: 'uint32',
  UINT64: 'uint64',
  INT8: 'int8',
  INT16: 'int16',
  INT32: 'int32',
  INT64: 'int64',
  FP16: 'float16',
  FP32: 'float32',
  FP64: 'float64',
  BYTES: 'string',
} as const satisfies Record<Datatype, ort.Tensor.Type>;

const ARRAY = {
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

const DATATYPE = new Map<string, Datatype>(
  Object.entries(ORT_TYPE).map(([datatype, type]) => [type, datatype as Datatype]),
);

function datatypeOf(type: string): Datatype {
  const datatype = DATATYPE.get(type);
  if (datatype === undefined) throw new Error(`tensors of type ${type} are not supported`);
  return datatype;
}

export function encodeOrtTensor(tensor: Tensor): ort.Tensor {
  return new ort.Tensor(
    ORT_TYPE[tensor.datatype],
    tensor.data as ort.Tensor.DataType,
    tensor.shape,
  );
}

export function decodeOrtTensor(tensor: ort.Tensor): Tensor {
  return {
    datatype: datatypeOf(tensor.type),
    shape: tensor.dims,
    data: tensor.data as Tensor['data'],
  };
}

export function specOf(metadata: ort.InferenceSession.ValueMetadata): TensorSpec {
  if (!metadata.isTensor) throw new Error(`'${metadata.name}' is not a tensor`);
  return {
    name: metadata.name,
    datatype: datatypeOf(metadata.type),
    shape: metadata.shape.map((size) => (typeof size === 'number' ? size : -1)),
  };
}

/** Size that stands for a free dimension where any will do. */
const ANY_SIZE = 16;

/** An input of zeros with `rows` rows, to warm up with. */
export function zeros({ datatype, shape }: TensorSpec, rows: number): Tensor {
  const sizes = shape.map((size, at) => (size >= 0 ? size : at === 0 ? rows : ANY_SIZE));
  const length = sizes.reduce((product, size) => product * size, 1);
  const data = datatype === 'BYTES' ? Array<string>(length).fill('') : new ARRAY[datatype](length);
  return { datatype, shape: sizes, data };
}
