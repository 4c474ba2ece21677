import type { Tensor } from '../../engine/tensor.js';
import { encodeBinary } from './binary.codec.js';
import { encodeJson } from './json.codec.js';

export interface AnsweredOutput {
  readonly name: string;
  readonly binary: boolean;
  readonly tensor: Tensor;
}

export interface InferAnswer {
  readonly model: { readonly name: string; readonly version: number };
  readonly id?: string | undefined;
  readonly outputs: readonly AnsweredOutput[];
}

export interface WrittenAnswer {
  readonly bytes: Uint8Array;
  /** How many of them are JSON, where binary data follows. */
  readonly jsonBytes?: number | undefined;
}

/** @throws RequestError `not-finite` */
export function writeAnswer({ model, id, outputs }: InferAnswer): WrittenAnswer {
  const binary: Uint8Array[] = [];
  const texts = outputs.map(({ name, binary: isBinary, tensor }) => {
    const { datatype, shape } = tensor;
    const form = `"name":${JSON.stringify(name)},"datatype":"${datatype}","shape":[${shape.join(',')}]`;
    if (!isBinary) return `{${form},"data":${encodeJson(name, tensor)}}`;
    const bytes = encodeBinary(tensor);
    binary.push(bytes);
    return `{${form},"parameters":{"binary_data_size":${bytes.byteLength}}}`;
  });
  const { name, version } = model;
  // By hand: JSON.stringify knows no BigInt, and would first need every tensor as an array.
  const json = Buffer.from(
    `{"model_name":${JSON.stringify(name)},"model_version":"${version}",` +
      `${id === undefined ? '' : `"id":${JSON.stringify(id)},`}"outputs":[${texts.join(',')}]}`,
  );
  if (binary.length === 0) return { bytes: json };
  return { bytes: Buffer.concat([json, ...binary]), jsonBytes: json.byteLength };
}
