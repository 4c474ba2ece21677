import { Injectable } from '@nestjs/common';
import { Engine } from '../engine/engine.js';
import type { EngineModel } from '../engine/engine.model.js';
import type { ModelFolder, ModelKind } from '../registry/model.kind.js';
import type { FaqManifest } from '../registry/model.manifest.js';
import { ModelRegistry } from '../registry/model.registry.js';
import { Centroids, readOriginals } from './faq.index.js';
import { FaqScorer } from './faq.scorer.js';
import { Tokenizer } from './tokenizer.js';

/** Loads FAQ matchers: an encoder, the originals' centroids and perhaps a trained head. */
@Injectable()
export class FaqKind implements ModelKind<FaqManifest> {
  readonly kind = 'faq';

  constructor(
    private readonly engine: Engine,
    registry: ModelRegistry,
  ) {
    registry.addKind(this);
  }

  async load(folder: ModelFolder<FaqManifest>): Promise<FaqScorer> {
    const { manifest } = folder;
    const originals = await readOriginals(folder.path(manifest.originals));
    const centroids = await Centroids.read(
      folder.path(manifest.centroids),
      originals.length,
      manifest.dimensions,
    );
    const tokenizer = await Tokenizer.read(folder.path(manifest.tokenizer), manifest.maxTokens);
    const files = manifest.graphs.map((file) => folder.path(file));
    const { identity, recheck: beforeRestart } = folder;
    const options = { model: identity, files, ...manifest.limits, beforeRestart };
    const model = await this.engine.open(options);
    try {
      requireOutputs(model, manifest, originals.length);
    } catch (error) {
      await model.close();
      throw error;
    }
    return new FaqScorer(folder, model, tokenizer, originals, centroids);
  }
}

/** @throws Error when graphs, manifest and originals do not fit each other */
function requireOutputs(
  { signature }: EngineModel,
  { embedding, dimensions, probability }: FaqManifest,
  originals: number,
): void {
  const expected = new Map([[embedding, dimensions]]);
  if (probability.from === 'graph') expected.set(probability.output, originals);
  for (const [name, width] of expected) {
    const found = signature.outputs.find((output) => output.name === name)?.shape.at(-1);
    if (found === undefined) throw new Error(`the graphs have no output '${name}'`);
    if (found !== -1 && found !== width) {
      throw new Error(`output '${name}' has ${found} columns, expected ${width}`);
    }
  }
}
