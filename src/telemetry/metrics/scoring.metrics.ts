import { Injectable } from '@nestjs/common';
import type { ModelIdentity } from '../../registry/model.kind.js';
import type { ScoringObserver, ScoringRecord } from '../../scoring/scoring.observer.js';
import { PredictionDrift } from '../drift/prediction.drift.js';
import { Distribution, PHASE_SECONDS, PROBABILITIES, REQUEST_SECONDS, Tally } from './meter.js';

type Outcome = ScoringRecord['outcome'];

/** Refused: the caller can do something about it, or come back. Failed: we could not. */
const FATE = {
  ok: 'ok',
  'bad-text': 'refused',
  'bad-image': 'refused',
  'bad-tensor': 'refused',
  'image-too-large': 'refused',
  'model-not-found': 'refused',
  'model-refused': 'refused',
  'model-ambiguous': 'refused',
  'not-ready': 'refused',
  'queue-full': 'refused',
  'deadline-unreachable': 'refused',
  unavailable: 'refused',
  'caller-gone': 'refused',
  'deadline-passed': 'failed',
  'run-failed': 'failed',
  'instance-lost': 'failed',
  'load-failed': 'failed',
  'internal-error': 'failed',
} as const satisfies Record<Outcome, 'ok' | 'refused' | 'failed'>;

const NO_MODEL = labelsOf('none', 0);

/** What is counted of scored inputs, by model and version. */
@Injectable()
export class ScoringMetrics implements ScoringObserver {
  readonly #labels = new Map<string, ReturnType<typeof labelsOf>>();
  readonly #requests = new Tally({
    name: 'nestor.model.requests',
    description: 'Inputs that were to be scored.',
  });
  readonly #rows = new Tally({
    name: 'nestor.model.rows',
    description: 'Rows of the inputs that were scored.',
  });
  readonly #refused = new Tally({
    name: 'nestor.model.refusals',
    description: 'Inputs that were not scored, for a reason that their caller can change.',
  });
  readonly #failed = new Tally({
    name: 'nestor.model.failures',
    description: 'Inputs that should have been scored and were not.',
  });
  readonly #answered = new Tally({
    name: 'nestor.prediction.answers',
    description: 'Questions by whether an answer was near enough.',
  });
  readonly #total = new Distribution(
    {
      name: 'nestor.model.duration',
      description: 'From the arrival of the request to the result of the input.',
      unit: 's',
    },
    REQUEST_SECONDS,
  );
  readonly #phase = new Distribution(
    {
      name: 'nestor.model.phase.duration',
      description: 'The phases of a scored input: decode, queue, infer.',
      unit: 's',
    },
    PHASE_SECONDS,
  );
  readonly #probability = new Distribution(
    {
      name: 'nestor.prediction.top_probability',
      description: 'Probability of the best match or class.',
    },
    PROBABILITIES,
  );

  constructor(private readonly drift: PredictionDrift) {}

  scored(record: ScoringRecord): void {
    const { model, outcome } = record;
    const labels = this.#labelsOf(model);
    this.#requests.add(labels.model);
    const fate = FATE[outcome];
    if (fate === 'ok' && model !== undefined) this.#ok(model, labels, record);
    else if (fate === 'failed') this.#failed.add({ ...labels.model, reason: outcome });
    else this.#refused.add({ ...labels.model, reason: outcome });
  }

  #ok(model: ModelIdentity, labels: ReturnType<typeof labelsOf>, record: ScoringRecord): void {
    const { rows, timings, totalMs, topProbability, answered } = record;
    this.#rows.add(labels.model, rows);
    this.#total.record(totalMs / 1000, labels.model);
    if (timings.decode !== undefined) this.#phase.record(timings.decode / 1000, labels.decode);
    if (timings.queue !== undefined) this.#phase.record(timings.queue / 1000, labels.queue);
    if (timings.infer !== undefined) this.#phase.record(timings.infer / 1000, labels.infer);
    if (topProbability === undefined) return;
    this.#probability.record(topProbability, labels.model);
    if (answered !== undefined) this.#answered.add({ ...labels.model, answered });
    this.drift.add(model, topProbability, answered);
  }

  #labelsOf(model: ModelIdentity | undefined) {
    if (model === undefined) return NO_MODEL;
    const key = `${model.name}/${model.version}`;
    const known = this.#labels.get(key);
    if (known !== undefined) return known;
    const made = labelsOf(model.name, model.version);
    this.#labels.set(key, made);
    return made;
  }
}

function labelsOf(name: string, version: number) {
  const model = { model: name, version };
  return {
    model,
    decode: { ...model, phase: 'decode' },
    queue: { ...model, phase: 'queue' },
    infer: { ...model, phase: 'infer' },
  };
}
