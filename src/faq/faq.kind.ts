import { Injectable } from '@nestjs/common';
import { Engine } from '../engine/engine.js';
import type { ModelFolder, ModelKind } from '../registry/model.kind.js';
import type { FaqManifest } from '../registry/model.manifest.js';
import { ModelRegistry } from '../registry/model.registry.js';
import { EmbeddingMatcher } from './embedding.matcher.js';
import { readOriginals } from './faq.index.js';
import { FaqScorer } from './faq.scorer.js';
import { PairsMatcher } from './pairs.matcher.js';

/** Loads FAQ models, whichever scorer their manifest names. */
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
    const { identity, recheck: beforeRestart } = folder;
    const files = manifest.graphs.map((file) => folder.path(file));
    const options = { model: identity, files, ...manifest.limits, beforeRestart };
    const model = await this.engine.open(options);
    try {
      const { signature } = model;
      const matcher =
        manifest.scorer === 'pairs'
          ? PairsMatcher.open(manifest, originals.length, signature)
          : await EmbeddingMatcher.open({ ...folder, manifest }, originals.length, signature);
      return new FaqScorer(folder, model, originals, matcher);
    } catch (error) {
      await model.close();
      throw error;
    }
  }
}
