import { elementsOf, emptyTensor } from '../../engine/tensor.data.js';
import type { Tensor, TensorSpec } from '../../engine/tensor.js';
import type { FileTensor, InferInputs, ServedModel } from '../../scoring/scorer.js';
import { encodeJson } from './json.codec.js';

/** More elements would not be read. */
const LONGEST = 256;

/** A request body that the model answers as it stands; undefined: its tensors are too large to show. */
export function exampleOf(model: ServedModel) {
  const inputs = model.example ?? zeros(model.inputs);
  const sizes = Object.values(inputs).map(({ shape }) => elementsOf(shape));
  if (sizes.some((size) => size > LONGEST)) return undefined;
  return {
    inputs: Object.entries(inputs).map(([name, input]) => {
      const { datatype, shape } = input;
      return { name, datatype, shape, data: dataOf(name, input) };
    }),
  };
}

function dataOf(name: string, input: Tensor | FileTensor): unknown {
  if ('files' in input) return input.files.map((file) => Buffer.from(file).toString('base64'));
  return JSON.parse(encodeJson(name, input));
}

function zeros(specs: readonly TensorSpec[]): InferInputs {
  const tensors = specs.map(({ name, datatype, shape }) => {
    const sides = shape.map((side) => Math.max(1, side));
    const count = elementsOf(sides);
    if (count > LONGEST) return [name, { datatype, shape: sides, data: [] }];
    const { data } = emptyTensor(datatype, [0]);
    const filled = Array.isArray(data)
      ? Array.from({ length: count }, () => '')
      : new (data.constructor as Uint8ArrayConstructor)(count);
    return [name, { datatype, shape: sides, data: filled }];
  });
  return Object.fromEntries(tensors) as InferInputs;
}
