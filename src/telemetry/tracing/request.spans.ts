import {
  type Attributes,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
} from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_NETWORK_PROTOCOL_VERSION,
  ATTR_URL_SCHEME,
} from '@opentelemetry/semantic-conventions';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { methodOf } from '../metrics/http.metrics.js';
import { onRequestEnd, type RequestEnd } from '../request.end.js';
import { RequestTrace, traceClock } from './request.trace.js';
import type { TraceBudget } from './trace.budget.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Only of a request that is traced. */
    trace?: RequestTrace | undefined;
  }
}

/** Probes come every few seconds and would use the budget up. */
const PROBES = /^\/(livez|readyz|v2\/health\/.*)$/;

/** What Application Insights reads the share of traced requests from, in per cent. */
const SAMPLE_RATE = 'microsoft.sample_rate';

/**
 * Gives the requests within the budget a server span, under the caller's own where it sent a
 * `traceparent` (W3C Trace Context). Nothing else of a caller goes into it: no path, host, address,
 * user agent, tracestate or baggage.
 */
export function traceRequests(fastify: FastifyInstance, budget: TraceBudget): void {
  const tracer = trace.getTracer('nestor');
  fastify.decorateRequest('trace');
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (PROBES.test(request.routeOptions.url ?? '')) return done();
    const parent = parentOf(request);
    const standsFor = budget.take(parent && isSampled(parent), performance.now());
    if (parent !== undefined) request.context.traceId = parent.traceId;
    if (standsFor === undefined) return done();
    const shared = standsFor === 1 ? {} : { [SAMPLE_RATE]: 100 / standsFor };
    const clock = traceClock();
    const span = tracer.startSpan(
      methodOf(request),
      {
        kind: SpanKind.SERVER,
        startTime: clock(request.context.arrivedAt),
        attributes: { ...arrivalOf(request), ...shared },
      },
      parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent),
    );
    request.trace = new RequestTrace(tracer, span, shared, clock);
    const { traceId, spanId } = span.spanContext();
    Object.assign(request.context, { traceId, spanId });
    request.trace.around(done);
  });
  onRequestEnd(fastify, (request, end) => {
    if (request.trace !== undefined) finish(request, request.trace, end);
  });
}

function parentOf({ headers }: FastifyRequest): SpanContext | undefined {
  const { traceparent } = headers;
  if (typeof traceparent !== 'string') return undefined;
  return parseTraceParent(traceparent) ?? undefined;
}

function isSampled({ traceFlags }: SpanContext): boolean {
  return (traceFlags & TraceFlags.SAMPLED) === TraceFlags.SAMPLED;
}

function arrivalOf(request: FastifyRequest): Attributes {
  return {
    [ATTR_HTTP_REQUEST_METHOD]: methodOf(request),
    [ATTR_URL_SCHEME]: request.protocol,
    [ATTR_NETWORK_PROTOCOL_VERSION]: request.raw.httpVersion,
    'nestor.request.id': request.id,
  };
}

function finish(request: FastifyRequest, drawn: RequestTrace, { status }: RequestEnd): void {
  const { context, principal, authMs } = request;
  const { span } = drawn;
  const route = request.routeOptions.url;
  const end = performance.now();
  const authEnd = context.arrivedAt + (authMs ?? 0);
  if (authMs !== undefined) drawn.draw('auth', { from: context.arrivedAt, to: authEnd });
  const { decode } = context.timings;
  if (decode !== undefined) {
    // One block, which ends when the rows are queued; of several images it is the sum.
    const to = drawn.firstQueuedAt ?? end;
    drawn.draw('decode', { from: Math.max(authEnd, to - decode), to });
  }
  span.setAttributes({
    [ATTR_HTTP_RESPONSE_STATUS_CODE]: status,
    ...(route !== undefined && { [ATTR_HTTP_ROUTE]: route }),
    ...(principal && { 'nestor.principal.kind': principal.kind }),
    ...(context.model && {
      'nestor.model.name': context.model.name,
      'nestor.model.version': context.model.version,
    }),
    ...(context.errorCode !== undefined && { [ATTR_ERROR_TYPE]: context.errorCode }),
  });
  if (route !== undefined) span.updateName(`${methodOf(request)} ${route}`);
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(drawn.clock(end));
}
