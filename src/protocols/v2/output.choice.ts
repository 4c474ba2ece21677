import type { Tensors } from '../../engine/tensor.js';
import { classify } from './classification.js';
import type { WantedOutput } from './infer.request.js';
import type { AnsweredOutput } from './response.writer.js';

/** The wanted outputs in the order of the request, classified where it asks for that. */
export function chooseOutputs(
  tensors: Tensors,
  wanted: readonly WantedOutput[],
  labels: readonly string[] | undefined,
): AnsweredOutput[] {
  return wanted.map(({ name, binary, classes }) => {
    const tensor = tensors[name];
    if (tensor === undefined) throw new TypeError(`the model gave no output '${name}'`);
    return {
      name,
      binary,
      tensor: classes === undefined ? tensor : classify(tensor, classes, labels),
    };
  });
}
