import { Injectable } from '@nestjs/common';
import type { ModelLabel, RanBatch } from '../../engine/engine.observer.js';
import { BATCH_ROWS, Distribution, Tally } from './meter.js';

/** What is counted of batches and instances, by model and version. */
@Injectable()
export class EngineMetrics {
  readonly #batches = new Tally({
    name: 'nestor.model.batches',
    description: 'Batches by why they left the queue; golden inputs count too.',
  });
  readonly #failures = new Tally({
    name: 'nestor.model.batch.failures',
    description: 'Batches that failed in the runtime.',
  });
  readonly #restarts = new Tally({
    name: 'nestor.model.instance.restarts',
    description: 'Processes of instances that ended unasked and were started again.',
  });
  readonly #rows = new Distribution(
    { name: 'nestor.model.batch.rows', description: 'Rows of a batch.' },
    BATCH_ROWS,
  );

  ran({ model, rows, reason, inferMs }: RanBatch): void {
    const labels = labelsOf(model);
    this.#batches.add({ ...labels, reason });
    if (inferMs === undefined) this.#failures.add(labels);
    this.#rows.record(rows, labels);
  }

  instanceStarted(model: ModelLabel): void {
    // A rate needs a series before the first restart.
    this.#restarts.add(labelsOf(model), 0);
  }

  instanceLost(model: ModelLabel): void {
    this.#restarts.add(labelsOf(model));
  }
}

function labelsOf({ name, version }: ModelLabel) {
  return { model: name, version };
}
