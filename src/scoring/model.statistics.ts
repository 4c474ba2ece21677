import { Injectable } from '@nestjs/common';
import type { ModelIdentity } from '../registry/model.kind.js';
import type { ScoringObserver, ScoringRecord } from './scoring.observer.js';

/** How often something happened and how long it took altogether. */
export interface Tally {
  count: number;
  ms: number;
}

export interface ModelTally {
  /** Milliseconds since the epoch of the last request, 0 before the first. */
  lastAt: number;
  /** Rows that were answered. */
  rows: number;
  readonly success: Tally;
  readonly fail: Tally;
  readonly queue: Tally;
  readonly decode: Tally;
  readonly infer: Tally;
}

/** Counts since the start by model and version, as the statistics extension tells them. */
@Injectable()
export class ModelStatistics implements ScoringObserver {
  readonly #tallies = new Map<string, ModelTally>();

  of({ name, version }: ModelIdentity): ModelTally {
    const key = `${name}/${version}`;
    const tally = this.#tallies.get(key) ?? newTally();
    this.#tallies.set(key, tally);
    return tally;
  }

  scored({ model, rows, timings, totalMs, outcome }: ScoringRecord): void {
    if (model === undefined) return;
    const tally = this.of(model);
    tally.lastAt = Date.now();
    add(outcome === 'ok' ? tally.success : tally.fail, totalMs);
    if (outcome !== 'ok') return;
    tally.rows += rows;
    add(tally.queue, timings.queue);
    add(tally.decode, timings.decode);
    add(tally.infer, timings.infer);
  }
}

function add(tally: Tally, ms = 0): void {
  tally.count += 1;
  tally.ms += ms;
}

function newTally(): ModelTally {
  const [success, fail, queue, decode, infer] = Array.from({ length: 5 }, () => ({
    count: 0,
    ms: 0,
  })) as [Tally, Tally, Tally, Tally, Tally];
  return { lastAt: 0, rows: 0, success, fail, queue, decode, infer };
}
