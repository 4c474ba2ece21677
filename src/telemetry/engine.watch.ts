import { Injectable } from '@nestjs/common';
import type { EngineObserver, ModelLabel, RanBatch } from '../engine/engine.observer.js';
import { EngineMetrics } from './metrics/engine.metrics.js';
import { BatchSpans } from './tracing/batch.spans.js';

/** What becomes of what the engine tells: metrics, and spans for the requests that are traced. */
@Injectable()
export class EngineWatch implements EngineObserver {
  readonly #spans = new BatchSpans();

  constructor(private readonly metrics: EngineMetrics) {}

  queued(): unknown {
    return this.#spans.queued();
  }

  ran(batch: RanBatch): void {
    this.metrics.ran(batch);
    this.#spans.ran(batch);
  }

  instanceStarted(model: ModelLabel): void {
    this.metrics.instanceStarted(model);
  }

  instanceLost(model: ModelLabel): void {
    this.metrics.instanceLost(model);
  }
}
