import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.module.js';
import { readGolden } from '../../registry/model.folder.js';
import type { LoadedModel, ModelIdentity } from '../../registry/model.kind.js';
import { ModelRegistry } from '../../registry/model.registry.js';
import { gauge, type Observe } from '../metrics/meter.js';
import { BINS, type Distribution, expectedIndex, stabilityIndex } from './distribution.js';
import { goldenBaseline } from './golden.baseline.js';
import { HourWindow } from './hour.window.js';

/** With fewer inputs in the hour the index says nothing, and is not told. */
const MIN_INPUTS = 30;

interface Compared {
  readonly labels: { readonly model: string; readonly version: number };
  readonly hour: Distribution;
  readonly golden: Distribution;
}

/** Compares how sure each model was in the last hour with how sure it is of its golden inputs. */
@Injectable()
export class PredictionDrift {
  readonly #windows = new Map<string, HourWindow>();
  readonly #baselines = new WeakMap<LoadedModel, Promise<Distribution | undefined>>();

  constructor(
    private readonly registry: ModelRegistry,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.#gauges();
  }

  add(model: ModelIdentity, topProbability: number, answered: boolean | undefined): void {
    this.#windowOf(model).add(topProbability, answered, Date.now());
  }

  #gauges(): void {
    this.#each(
      'nestor.prediction.drift.psi',
      'Population stability index of the top probability, last hour against golden inputs.',
      ({ labels, hour, golden }, observe) => {
        if (hour.inputs >= MIN_INPUTS) observe(stabilityIndex(hour, golden), labels);
      },
    );
    this.#each(
      'nestor.prediction.drift.expected',
      'The index that chance alone gives for as many inputs; far above it is drift.',
      ({ labels, hour, golden }, observe) => {
        if (hour.inputs >= MIN_INPUTS) observe(expectedIndex(hour, golden), labels);
      },
    );
    this.#eachSet(
      'nestor.prediction.inputs',
      'Inputs of the last hour, and golden ones.',
      ({ inputs }, labels, observe) => observe(inputs, labels),
    );
    this.#eachSet(
      'nestor.prediction.bin.inputs',
      'Inputs by tenth of the top probability.',
      ({ bins }, labels, observe) => {
        for (const [bin, count] of bins.entries()) {
          observe(count, { ...labels, up_to: (bin + 1) / BINS });
        }
      },
    );
    this.#eachSet(
      'nestor.prediction.answered.share',
      'Share of the questions that found an answer.',
      ({ questions, answered }, labels, observe) => {
        if (questions > 0) observe(answered / questions, labels);
      },
    );
  }

  #eachSet(
    name: string,
    description: string,
    look: (set: Distribution, labels: Compared['labels'] & { set: string }, to: Observe) => void,
  ): void {
    this.#each(name, description, ({ labels, hour, golden }, observe) => {
      look(hour, { ...labels, set: 'last-hour' }, observe);
      look(golden, { ...labels, set: 'golden' }, observe);
    });
  }

  #each(name: string, description: string, look: (one: Compared, observe: Observe) => void): void {
    gauge({ name, description }, async (observe) => {
      for (const one of await this.#compared()) look(one, observe);
    });
  }

  async #compared(): Promise<Compared[]> {
    const compared: Compared[] = [];
    for (const entry of this.registry.versions()) {
      const golden = entry.state === 'ready' ? await this.#baselineOf(entry.model) : undefined;
      if (golden === undefined) continue;
      const labels = { model: entry.name, version: entry.version };
      compared.push({ labels, hour: this.#windowOf(entry).sum(Date.now()), golden });
    }
    return compared;
  }

  #windowOf({ name, version }: ModelIdentity): HourWindow {
    const key = `${name}/${version}`;
    const known = this.#windows.get(key);
    if (known !== undefined) return known;
    const made = new HourWindow();
    this.#windows.set(key, made);
    return made;
  }

  /** Read once, at the first look. */
  #baselineOf(model: LoadedModel): Promise<Distribution | undefined> {
    let baseline = this.#baselines.get(model);
    if (baseline === undefined) {
      const golden = readGolden(this.config.MODELS_DIR, model.identity);
      baseline = golden.then(goldenBaseline, () => undefined);
      this.#baselines.set(model, baseline);
    }
    return baseline;
  }
}
