import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { EngineModel } from '../engine/engine.model.js';
import { concatRows, type Tensor, type Tensors, type TensorSpec } from '../engine/tensor.js';
import { parseGolden } from '../registry/model.folder.js';
import { GoldenError, type ModelFolder } from '../registry/model.kind.js';
import type { VisionManifest } from '../registry/model.manifest.js';
import { MAX_ROWS, mapRows, runRows } from '../scoring/row.runs.js';
import type {
  FileTensor,
  InferInputs,
  Prediction,
  ScoreCall,
  Scenarios,
  Scorer,
  ServedModel,
} from '../scoring/scorer.js';
import type { ImageDecoder } from './image.decoder.js';
import type { ClassLabel } from './labels.js';
import { preprocessor } from './preprocess.js';
import { thumbnail } from './thumbnail.js';
import { softmax, topK } from '../scoring/top-k.js';

const goldenSchema = z.object({
  tolerance: z.number().positive(),
  cases: z
    .array(
      z.object({
        image: z.string(),
        expect: z.array(z.object({ index: z.int().min(0), probability: z.number() })).min(1),
      }),
    )
    .min(1),
});

/** Classifies encoded images with one classifier graph. */
export class VisionScorer implements Scorer<'vision'>, ServedModel {
  readonly kind = 'vision';
  readonly identity;
  readonly #preprocess;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly maxRows: number;
  readonly labels: readonly string[];
  /** The graph's input may come as encoded images, too. */
  readonly files: readonly string[];
  example: InferInputs | undefined;

  constructor(
    private readonly folder: ModelFolder<VisionManifest>,
    private readonly engine: EngineModel,
    private readonly decoder: ImageDecoder,
    private readonly classes: readonly ClassLabel[],
  ) {
    this.identity = folder.identity;
    this.#preprocess = preprocessor(folder.manifest);
    const { input, output, preprocessing, limits } = folder.manifest;
    const side = preprocessing.crop;
    const pixels = input.layout === 'NCHW' ? [3, side, side] : [side, side, 3];
    const { datatype = 'FP32' } =
      engine.signature.outputs.find(({ name }) => name === output.name) ?? {};
    this.inputs = [{ name: input.name, datatype: input.datatype, shape: [-1, ...pixels] }];
    this.outputs = [{ name: output.name, datatype, shape: [-1, classes.length] }];
    this.maxRows = Math.max(MAX_ROWS, limits.maxBatchRows);
    this.labels = classes.map(({ label }) => label);
    this.files = [input.name];
  }

  get healthy(): boolean {
    return this.engine.healthy;
  }

  get work() {
    return this.engine.work;
  }

  async score(
    { image, top }: Scenarios['vision']['input'],
    call: ScoreCall,
  ): Promise<Scenarios['vision']['result']> {
    const probabilities = await this.#classify(image, call);
    const predictions = topK(probabilities, top).map((index) =>
      this.#prediction(index, probabilities),
    );
    return { predictions };
  }

  /** Tensors as the graph takes them, or encoded images; the graph's output as it gives it. */
  async infer(inputs: InferInputs, call: ScoreCall): Promise<Tensors> {
    const { input, output, limits } = this.folder.manifest;
    const given = inputs[input.name];
    if (given === undefined) throw new TypeError(`input ${input.name} is missing`);
    const pixels = 'files' in given ? await this.#decodeAll(given, call) : given;
    const rows = { [input.name]: pixels };
    const outputs = await runRows(this.engine, rows, limits.maxBatchRows, call);
    const scores = outputs[output.name];
    return scores === undefined ? {} : { [output.name]: scores };
  }

  async verify(golden: unknown): Promise<void> {
    const { tolerance, cases } = parseGolden(goldenSchema, golden);
    for (const { image, expect } of cases) {
      const bytes = await readFile(this.folder.path(image));
      this.example ??= await this.#exampleOf(bytes);
      const call = { signal: new AbortController().signal, timings: {} };
      const probabilities = await this.#classify(bytes, call);
      for (const { index, probability } of expect) {
        const got = probabilities[index] ?? NaN;
        if (Math.abs(got - probability) <= tolerance) continue;
        throw new GoldenError(image, `${probability} for class ${index}`, String(got));
      }
    }
  }

  close(): Promise<void> {
    return this.engine.close();
  }

  async #classify(image: Uint8Array, call: ScoreCall): Promise<ArrayLike<number>> {
    const { manifest } = this.folder;
    // Decoding what is going to be refused would take from those who are answered.
    using place = this.engine.reserve(1, call);
    const input = await this.#decode(image, call);
    place[Symbol.dispose]();
    const outputs = await runRows(this.engine, { [manifest.input.name]: input }, 1, call);
    const scores = outputs[manifest.output.name]?.data as Float32Array;
    return manifest.output.activation === 'logits' ? softmax(scores) : scores;
  }

  async #exampleOf(image: Buffer): Promise<InferInputs> {
    const files = [await thumbnail(image)];
    return { [this.folder.manifest.input.name]: { datatype: 'BYTES', shape: [1], files } };
  }

  async #decodeAll({ files }: FileTensor, call: ScoreCall): Promise<Tensor> {
    const images = await mapRows(files, (file) => this.#decode(file, call));
    return concatRows(images);
  }

  async #decode(image: Uint8Array, { signal, timings }: ScoreCall): Promise<Tensor> {
    signal.throwIfAborted();
    const started = performance.now();
    const pixels = await this.decoder.decode(image, signal);
    const input = this.#preprocess(pixels);
    timings.decode = (timings.decode ?? 0) + performance.now() - started;
    return input;
  }

  #prediction(index: number, probabilities: ArrayLike<number>): Prediction {
    const { wnid, label } = this.classes[index] ?? { wnid: '', label: `class ${index}` };
    return { index, wnid, label, probability: probabilities[index] ?? 0 };
  }
}
