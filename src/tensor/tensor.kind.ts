import { readFile } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { Engine } from '../engine/engine.js';
import type { ModelFolder, ModelKind } from '../registry/model.kind.js';
import type { TensorManifest } from '../registry/model.manifest.js';
import { ModelRegistry } from '../registry/model.registry.js';
import { graphOf } from './tensor.graph.js';
import { TensorScorer } from './tensor.scorer.js';

/** Loads any ONNX graph whose inputs and outputs are tensors. */
@Injectable()
export class TensorKind implements ModelKind<TensorManifest> {
  readonly kind = 'tensor';

  constructor(
    private readonly engine: Engine,
    registry: ModelRegistry,
  ) {
    registry.addKind(this);
  }

  async load(folder: ModelFolder<TensorManifest>): Promise<TensorScorer> {
    const { manifest, identity, recheck: beforeRestart } = folder;
    const { labels: file } = manifest;
    const labels = file === undefined ? undefined : await readClassNames(folder.path(file));
    const files = manifest.graphs.map((graph) => folder.path(graph));
    const options = { model: identity, files, ...manifest.limits, beforeRestart };
    const model = await this.engine.open(options);
    try {
      return new TensorScorer(identity, model, graphOf(model.signature, manifest, labels), labels);
    } catch (error) {
      await model.close();
      throw error;
    }
  }
}

/** One name a line, in the order of the classifier's columns. */
async function readClassNames(path: string): Promise<string[]> {
  return (await readFile(path, 'utf8')).trimEnd().split(/\r?\n/);
}
