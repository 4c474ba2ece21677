import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.module.js';
import { Engine } from '../engine/engine.js';
import type { EngineModel } from '../engine/engine.model.js';
import type { ModelFolder, ModelKind } from '../registry/model.kind.js';
import type { VisionManifest } from '../registry/model.manifest.js';
import { ModelRegistry } from '../registry/model.registry.js';
import { ImageDecoder } from './image.decoder.js';
import { type ClassLabel, readLabels } from './labels.js';
import { PixelBudget } from './pixel.budget.js';
import { VisionScorer } from './vision.scorer.js';

/** Loads ImageNet-style classifiers. */
@Injectable()
export class VisionKind implements ModelKind<VisionManifest> {
  readonly kind = 'vision';
  /** One picture of the greatest size at a time, or many photographs. */
  readonly #budget: PixelBudget;

  constructor(
    private readonly engine: Engine,
    @Inject(CONFIG) private readonly config: Config,
    registry: ModelRegistry,
  ) {
    this.#budget = new PixelBudget(config.MAX_IMAGE_PIXELS);
    registry.addKind(this);
  }

  async load(folder: ModelFolder<VisionManifest>): Promise<VisionScorer> {
    const { manifest } = folder;
    const labels = await readLabels(folder.path(manifest.labels));
    const files = manifest.graphs.map((file) => folder.path(file));
    const { identity, recheck: beforeRestart } = folder;
    const options = { model: identity, files, ...manifest.limits, beforeRestart };
    const model = await this.engine.open(options);
    try {
      requireSignature(model, manifest, labels);
    } catch (error) {
      await model.close();
      throw error;
    }
    const { MAX_IMAGE_PIXELS } = this.config;
    const decoder = new ImageDecoder(manifest.preprocessing, MAX_IMAGE_PIXELS, this.#budget);
    return new VisionScorer(folder, model, decoder, labels);
  }
}

/** @throws Error when graph, manifest and labels do not fit each other */
function requireSignature(
  { signature }: EngineModel,
  { input, output }: VisionManifest,
  labels: readonly ClassLabel[],
): void {
  const graphInput = signature.inputs.find(({ name }) => name === input.name);
  const graphOutput = signature.outputs.find(({ name }) => name === output.name);
  if (graphInput?.datatype !== input.datatype || signature.inputs.length !== 1) {
    const has = signature.inputs.map(({ name, datatype }) => `${name} ${datatype}`).join(', ');
    throw new Error(
      `the graph's inputs are ${has}; model.json says ${input.name} ${input.datatype}`,
    );
  }
  if (graphOutput === undefined) throw new Error(`the graph has no output '${output.name}'`);
  const classes = graphOutput.shape.at(-1) ?? -1;
  if (classes !== -1 && classes !== labels.length) {
    throw new Error(`the graph has ${classes} classes, the labels file ${labels.length}`);
  }
}
