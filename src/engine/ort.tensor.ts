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

export function encodeOrtTensor({ datatype, shape, data }: Tensor): ort.Tensor {
  const values = datatype === 'FP16' ? asHalves(data as Uint16Array) : data;
  return new ort.Tensor(ORT_TYPE[datatype], values as ort.Tensor.DataType, shape);
}

export function decodeOrtTensor({ type, dims, data }: ort.Tensor): Tensor {
  const datatype = datatypeOf(type);
  const values = datatype === 'FP16' ? bitsOf(data as Uint16Array) : data;
  return { datatype, shape: dims, data: values as Tensor['data'] };
}

/** Where JavaScript has a Float16Array (Node 24), the runtime takes nothing else for FP16. */
function asHalves({ buffer, byteOffset, length }: Uint16Array): ArrayBufferView {
  const { Float16Array } = globalThis as { Float16Array?: Uint16ArrayConstructor };
  return new (Float16Array ?? Uint16Array)(buffer, byteOffset, length);
}

function bitsOf({ buffer, byteOffset, length }: Uint16Array): Uint16Array {
  return new Uint16Array(buffer, byteOffset, length);
}

export function specOf(metadata: ort.InferenceSession.ValueMetadata): TensorSpec {
  if (!metadata.isTensor) {
    throw new Error(
      `'${metadata.name}' is a sequence or map, not a tensor: export the model without it ` +
        "(scikit-learn and LightGBM classifiers: options={'zipmap': False})",
    );
  }
  return {
    name: metadata.name,
    datatype: datatypeOf(metadata.type),
    shape: metadata.shape.map((size) => (typeof size === 'number' ? size : -1)),
  };
}
