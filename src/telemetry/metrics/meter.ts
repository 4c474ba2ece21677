import { type Attributes, metrics, ROOT_CONTEXT } from '@opentelemetry/api';

/** Seconds. The bounds that the semantic conventions give for `http.server.request.duration`. */
export const REQUEST_SECONDS = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];
/** Seconds. A phase of a small model takes half a millisecond, one that waits for a slow model long. */
export const PHASE_SECONDS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];
export const BATCH_ROWS = [1, 2, 4, 8, 16, 32, 64, 128, 256];
/** Tenths, and the upper end where most answers are. */
export const PROBABILITIES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1];

/** Name by OpenTelemetry's rules; a unit of `s` or `By` becomes the suffix of Prometheus' name. */
export interface Instrument {
  readonly name: string;
  readonly description: string;
  readonly unit?: string;
}

/** Call after startTelemetry: instruments made before it count nothing. */
const meter = () => metrics.getMeter('nestor');

export type Observe = (value: number, attributes?: Attributes) => void;

/** A value that is looked up when somebody collects. */
export function gauge(
  { name, ...options }: Instrument,
  look: (observe: Observe) => void | Promise<void>,
): void {
  meter()
    .createObservableGauge(name, options)
    .addCallback((result) => look((value, attributes) => result.observe(value, attributes)));
}

/** A sum that somebody else keeps, looked up when somebody collects. */
export function sum({ name, ...options }: Instrument, look: (observe: Observe) => void): void {
  meter()
    .createObservableCounter(name, options)
    .addCallback((result) => look((value, attributes) => result.observe(value, attributes)));
}

/** Counts in plain memory until somebody collects: a tenth of what a counter of the SDK costs. */
export class Tally {
  readonly #series = new Map<string, { readonly attributes: Attributes; count: number }>();

  constructor(instrument: Instrument) {
    sum(instrument, (observe) => {
      for (const { count, attributes } of this.#series.values()) observe(count, attributes);
    });
  }

  /** @param attributes of a closed set, always with the same keys in the same order */
  add(attributes: Attributes, amount = 1): void {
    const key = Object.values(attributes).join('\n');
    const series = this.#series.get(key);
    if (series === undefined) this.#series.set(key, { attributes, count: amount });
    else series.count += amount;
  }
}

/** Measured values that wait for their histogram at most. */
const MAX_PENDING = 256;

/**
 * Keeps measured values until somebody collects or there are many: recorded in one go they cost a
 * fraction of what they would cost one by one between other work.
 */
export class Distribution {
  readonly #histogram;
  #pending: { readonly value: number; readonly attributes: Attributes }[] = [];

  /** @param bounds of the buckets, ascending, in the unit of the instrument */
  constructor({ name, ...options }: Instrument, bounds: readonly number[]) {
    this.#histogram = meter().createHistogram(name, {
      ...options,
      advice: { explicitBucketBoundaries: [...bounds] },
    });
    // The SDK calls these before it reads histograms; one that observes nothing is not exported.
    gauge({ name: `${name}.pending`, description: 'Never observed.' }, () => this.#record());
  }

  record(value: number, attributes: Attributes): void {
    this.#pending.push({ value, attributes });
    if (this.#pending.length >= MAX_PENDING) this.#record();
  }

  #record(): void {
    for (const { value, attributes } of this.#pending) {
      // With a context of its own: looking for the active one would cost as much again.
      this.#histogram.record(value, attributes, ROOT_CONTEXT);
    }
    this.#pending = [];
  }
}
