import { type Attributes, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { RanBatch } from '../../engine/engine.observer.js';
import { type Interval, RequestTrace, traceClock } from './request.trace.js';

/** A traced request whose rows wait. */
class Waiting {
  /** A job that is tried again waited only once. */
  drawn = false;

  constructor(
    readonly request: RequestTrace,
    readonly since: number,
  ) {}
}

/**
 * Keeps traces whole through the batcher. A batch with rows of traced requests gets a span of its own,
 * `infer batch`, with a link to each of them; each of them gets `queue` and `infer`, which links back.
 */
export class BatchSpans {
  readonly #tracer = trace.getTracer('nestor');

  queued(): Waiting | undefined {
    const request = RequestTrace.current;
    if (request === undefined) return undefined;
    const now = performance.now();
    request.firstQueuedAt ??= now;
    return new Waiting(request, now);
  }

  ran(batch: RanBatch): void {
    const waiting = batch.callers.filter((caller) => caller instanceof Waiting);
    if (waiting.length === 0) return;
    const { startedAt, inferMs } = batch;
    const failed = inferMs === undefined;
    const run = { from: startedAt, to: failed ? performance.now() : startedAt + inferMs };
    const attributes = attributesOf(batch);
    const links = [{ context: this.#batch(waiting, run, attributes, failed) }];
    for (const one of waiting) {
      if (!one.drawn) one.request.draw('queue', { from: one.since, to: startedAt });
      one.drawn = true;
      one.request.draw('infer', run, { attributes, links, failed });
    }
  }

  #batch(waiting: readonly Waiting[], run: Interval, attributes: Attributes, failed: boolean) {
    const clock = traceClock();
    const span = this.#tracer.startSpan(
      'infer batch',
      {
        kind: SpanKind.INTERNAL,
        startTime: clock(run.from),
        attributes,
        links: waiting.map(({ request }) => ({ context: request.span.spanContext() })),
      },
      ROOT_CONTEXT,
    );
    if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(clock(run.to));
    return span.spanContext();
  }
}

function attributesOf({ model, rows, reason, callers }: RanBatch): Attributes {
  return {
    'nestor.model.name': model.name,
    'nestor.model.version': model.version,
    'nestor.batch.rows': rows,
    'nestor.batch.requests': callers.length,
    'nestor.batch.release_reason': reason,
  };
}
