import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { EngineModel } from '../engine/engine.model.js';
import { parseGolden } from '../registry/model.folder.js';
import { GoldenError, type ModelFolder } from '../registry/model.kind.js';
import type { VisionManifest } from '../registry/model.manifest.js';
import { tallyRun } from '../scoring/run.tally.js';
import type { Prediction, ScoreCall, Scenarios, Scorer } from '../scoring/scorer.js';
import type { ImageDecoder } from './image.decoder.js';
import type { ClassLabel } from './labels.js';
import { preprocess } from './preprocess.js';
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
export class VisionScorer implements Scorer<'vision'> {
  readonly kind = 'vision';
  readonly identity;

  constructor(
    private readonly folder: ModelFolder<VisionManifest>,
    private readonly engine: EngineModel,
    private readonly decoder: ImageDecoder,
    private readonly labels: readonly ClassLabel[],
  ) {
    this.identity = folder.identity;
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

  async verify(golden: unknown): Promise<void> {
    const { tolerance, cases } = parseGolden(goldenSchema, golden);
    for (const { image, expect } of cases) {
      const bytes = await readFile(this.folder.path(image));
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

  async #classify(image: Uint8Array, { signal, timings }: ScoreCall): Promise<ArrayLike<number>> {
    const { manifest } = this.folder;
    const started = performance.now();
    const pixels = await this.decoder.decode(image);
    const input = preprocess(pixels, manifest);
    timings.decode = (timings.decode ?? 0) + performance.now() - started;
    const run = await this.engine.run({ [manifest.input.name]: input }, signal);
    tallyRun(timings, run, 1);
    const scores = run.outputs[manifest.output.name]?.data as Float32Array;
    return manifest.output.activation === 'logits' ? softmax(scores) : scores;
  }

  #prediction(index: number, probabilities: ArrayLike<number>): Prediction {
    const { wnid, label } = this.labels[index] ?? { wnid: '', label: `class ${index}` };
    return { index, wnid, label, probability: probabilities[index] ?? 0 };
  }
}
