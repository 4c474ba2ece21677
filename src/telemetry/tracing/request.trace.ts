import {
  type Attributes,
  type Context,
  context,
  createContextKey,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';

const KEY = createContextKey('nestor.request.trace');

/** How many parts of one request are drawn: one may hold thousands of small images. */
const MAX_PARTS = 128;

/** Milliseconds of `performance.now()`. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

export interface Part {
  readonly attributes?: Attributes;
  readonly links?: Link[];
  readonly failed?: boolean;
}

/**
 * Gives times of `performance.now()` as milliseconds since 1970. One for all spans of a trace: the SDK
 * would take the difference anew for each, by a clock of whole milliseconds.
 */
export function traceClock(): (time: number) => number {
  const origin = Date.now() - performance.now();
  return (time) => origin + time;
}

/** The trace of one request that is traced: its server span and what is drawn below it. */
export class RequestTrace {
  /** When its first rows were queued: until then it was decoded. */
  firstQueuedAt: number | undefined;
  readonly context: Context;
  #parts = 0;

  /** @param shared attributes of every span of the trace */
  constructor(
    private readonly tracer: Tracer,
    readonly span: Span,
    private readonly shared: Attributes,
    readonly clock: (time: number) => number,
  ) {
    this.context = trace.setSpan(ROOT_CONTEXT, span).setValue(KEY, this);
  }

  /** The one in whose asynchronous context we are. */
  static get current(): RequestTrace | undefined {
    return context.active().getValue(KEY) as RequestTrace | undefined;
  }

  /** Runs what belongs to the request. */
  around(work: () => void): void {
    context.with(this.context, work);
  }

  draw(name: string, { from, to }: Interval, { attributes, links, failed }: Part = {}): void {
    if (this.#parts >= MAX_PARTS) return;
    this.#parts += 1;
    const span = this.tracer.startSpan(
      name,
      {
        kind: SpanKind.INTERNAL,
        startTime: this.clock(from),
        attributes: { ...this.shared, ...attributes },
        links: links ?? [],
      },
      this.context,
    );
    if (failed === true) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(this.clock(to));
  }
}
