import type { Engine } from '../../engine/engine.js';
import type { EngineModel } from '../../engine/engine.model.js';
import { ModelFolderError, readFolder } from '../../registry/model.folder.js';
import type { ModelFolder } from '../../registry/model.kind.js';
import type { EmbeddingManifest } from '../../registry/model.manifest.js';
import { parsePlace, versionsAt } from '../../registry/version.folder.js';
import { Tokenizer } from '../tokenizer.js';
import { FaqBuildError } from './build.error.js';

/** Texts on their way at once, enough to keep every instance busy. */
const LANES = 8;

/** The part of an FAQ model that turns a text into a vector, lent to a new model. */
export class QuestionEncoder {
  private constructor(
    readonly folder: ModelFolder<EmbeddingManifest>,
    /** The graphs that it takes from the model: those up to the embedding, without the head. */
    readonly graphs: readonly string[],
    readonly tokenizer: Tokenizer,
    readonly model: EngineModel,
  ) {}

  /**
   * @param path a version's folder, or a model's folder for its highest version
   * @throws FaqBuildError or EngineError
   */
  static async open(engine: Engine, path: string): Promise<QuestionEncoder> {
    const folder = await readEncoderFolder(path);
    const { manifest } = folder;
    const tokenizer = await Tokenizer.read(folder.path(manifest.tokenizer), manifest.maxTokens);
    for (let count = 1; count <= manifest.graphs.length; count += 1) {
      const graphs = manifest.graphs.slice(0, count);
      const files = graphs.map((file) => folder.path(file));
      const model = await engine.open({ model: folder.identity, files, ...manifest.limits });
      const { outputs } = model.signature;
      if (outputs.some(({ name }) => name === manifest.embedding)) {
        return new QuestionEncoder(folder, graphs, tokenizer, model);
      }
      await model.close();
    }
    throw new FaqBuildError(`encoder ${path}: no graph has the output '${manifest.embedding}'`);
  }

  /** Vector of length 1 of a cleaned text. */
  async embed(text: string): Promise<Float32Array> {
    const tensors = this.tokenizer.tensors(text);
    const { outputs } = await this.model.run(tensors, { signal: new AbortController().signal });
    return outputs[this.folder.manifest.embedding]?.data as Float32Array;
  }

  /** @param onProgress told how many are done after each */
  async embedAll(
    texts: readonly string[],
    onProgress: (done: number) => void,
  ): Promise<Float32Array[]> {
    const vectors: Float32Array[] = texts.map(() => new Float32Array());
    const waiting = texts.entries();
    let done = 0;
    const lane = async () => {
      // The lanes share one iterator: each takes what is next.
      for (const [at, text] of waiting) {
        vectors[at] = await this.embed(text);
        onProgress((done += 1));
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    return vectors;
  }

  close(): Promise<void> {
    return this.model.close();
  }
}

async function readEncoderFolder(path: string): Promise<ModelFolder<EmbeddingManifest>> {
  const place = parsePlace(path);
  const version = place.version ?? (await versionsAt(place))[0];
  if (version === undefined) throw new FaqBuildError(`encoder ${path}: no such model`);
  const folder = await readFolder(place.root, { name: place.name, version }).catch((error) => {
    if (!(error instanceof ModelFolderError)) throw error;
    throw new FaqBuildError(`encoder ${path}: ${error.message}`);
  });
  const { manifest } = folder;
  if (manifest.kind !== 'faq') {
    throw new FaqBuildError(`encoder ${path}: the model is of kind ${manifest.kind}, expected faq`);
  }
  if (manifest.scorer === 'embedding') return { ...folder, manifest };
  throw new FaqBuildError(`encoder ${path}: a model that scores pairs has no encoder`);
}
