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
