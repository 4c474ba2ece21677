import { METHODS } from 'node:http';
import { isSpanContextValid, type SpanContext, trace } from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { redactText } from '../redaction/redact.js';
import type { JsonLogger } from './logger.js';

const CALLER_GONE = 499;
/** Over HTTP/2 a method may be any word. */
const KNOWN_METHODS = new Set(METHODS);

declare module 'fastify' {
  interface FastifyRequest {
    /** The span in which the request arrived, where traces are on. */
    span?: SpanContext | undefined;
  }
}

/**
 * One line a request: what was asked by its route template, who asked, which model answered and
 * where the time went. Never paths, queries, headers, bodies or addresses. docs/logs.md has its
 * members.
 */
export function logRequests(fastify: FastifyInstance, logger: JsonLogger): void {
  fastify.decorateRequest('span');
  fastify.addHook('onRequest', (request, reply, done) => {
    const span = trace.getActiveSpan()?.spanContext();
    if (span !== undefined && isSpanContextValid(span)) request.span = span;
    // Who hung up got no response that could have been finished.
    reply.raw.once('close', () => {
      if (!request.context.gone.aborted) return;
      request.context.errorCode = 'caller-gone';
      logger.plain.info(lineOf(request, CALLER_GONE, reply.elapsedTime), 'request');
    });
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    if (!request.context.gone.aborted) {
      logger.plain.info(lineOf(request, reply.statusCode, reply.elapsedTime), 'request');
    }
    done();
  });
}

/**
 * Built of what is ours, and so not redacted as a whole, which would cost more than writing it: the
 * id alone comes from the caller.
 */
function lineOf(request: FastifyRequest, status: number, elapsedMs: number) {
  const { context, principal, span } = request;
  const { timings } = context;
  return {
    requestId: redactText(request.id),
    trace_id: span?.traceId,
    span_id: span?.spanId,
    method: KNOWN_METHODS.has(request.method) ? request.method : 'OTHER',
    route: request.routeOptions.url ?? 'unknown',
    status,
    durationMs: round(elapsedMs),
    principal: principal && `${principal.kind}:${principal.id}`,
    model: context.model?.name,
    modelVersion: context.model?.version,
    rows: timings.rows,
    batchRows: timings.batchRows,
    authMs: round(request.authMs),
    decodeMs: round(timings.decode),
    queueMs: round(timings.queue),
    inferMs: round(timings.infer),
    errorCode: context.errorCode,
  };
}

function round(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 100) / 100;
}
