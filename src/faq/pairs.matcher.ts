import type { Signature } from '../engine/runtime.protocol.js';
import type { Tensors } from '../engine/tensor.js';
import type { PairsManifest } from '../registry/model.manifest.js';
import { highest, type Matching, type QuestionMatcher, requireOutput } from './question.matcher.js';

/** Judges every pair of the question and an original; the graphs hold the originals' features. */
export class PairsMatcher implements QuestionMatcher {
  private constructor(private readonly manifest: PairsManifest) {}

  /** @throws Error when graphs, manifest and originals do not fit each other */
  static open(manifest: PairsManifest, originals: number, signature: Signature): PairsMatcher {
    const { question, probability, similarity } = manifest;
    const input = signature.inputs.find(({ name }) => name === question);
    if (input?.datatype !== 'BYTES' || input.shape.length !== 1) {
      throw new Error(`the graphs have no input '${question}' of texts [N]`);
    }
    for (const output of [probability, similarity]) requireOutput(signature, output, originals);
    return new PairsMatcher(manifest);
  }

  /** Lower case here: ONNX Runtime's own needs a locale that slim images lack. */
  tensors(text: string): Tensors {
    const data = [text.toLowerCase()];
    return { [this.manifest.question]: { datatype: 'BYTES', shape: [1], data } };
  }

  read(outputs: Tensors): Matching {
    const { probability, similarity } = this.manifest;
    return {
      probabilities: outputs[probability]?.data as Float32Array,
      similarity: highest(outputs[similarity]?.data as Float32Array),
    };
  }
}
