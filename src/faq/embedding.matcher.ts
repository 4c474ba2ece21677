import type { Signature } from '../engine/runtime.protocol.js';
import type { Tensors } from '../engine/tensor.js';
import type { ModelFolder } from '../registry/model.kind.js';
import type { EmbeddingManifest } from '../registry/model.manifest.js';
import { softmax } from '../scoring/top-k.js';
import { Centroids } from './faq.index.js';
import { highest, type Matching, type QuestionMatcher, requireOutput } from './question.matcher.js';
import { Tokenizer } from './tokenizer.js';

/** Compares the question's vector with one vector an original. */
export class EmbeddingMatcher implements QuestionMatcher {
  constructor(
    private readonly manifest: EmbeddingManifest,
    private readonly tokenizer: Tokenizer,
    private readonly centroids: Centroids,
  ) {}

  /** @throws Error when files, graphs and manifest do not fit each other */
  static async open(
    { manifest, path }: Pick<ModelFolder<EmbeddingManifest>, 'manifest' | 'path'>,
    originals: number,
    signature: Signature,
  ): Promise<EmbeddingMatcher> {
    const { embedding, dimensions, probability, maxTokens } = manifest;
    requireOutput(signature, embedding, dimensions);
    if (probability.from === 'graph') requireOutput(signature, probability.output, originals);
    const centroids = await Centroids.read(path(manifest.centroids), originals, dimensions);
    const tokenizer = await Tokenizer.read(path(manifest.tokenizer), maxTokens);
    return new EmbeddingMatcher(manifest, tokenizer, centroids);
  }

  tensors(text: string): Tensors {
    return this.tokenizer.tensors(text);
  }

  read(outputs: Tensors): Matching {
    const { embedding, probability } = this.manifest;
    const cosines = this.centroids.cosines(outputs[embedding]?.data as Float32Array);
    const probabilities =
      probability.from === 'graph'
        ? (outputs[probability.output]?.data as Float32Array)
        : softmax(cosines.map((cosine) => cosine * probability.scale));
    return { probabilities, similarity: highest(cosines) };
  }
}
