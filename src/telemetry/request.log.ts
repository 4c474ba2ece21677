import { METHODS } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { redactText } from '../redaction/redact.js';
import type { JsonLogger } from './logger.js';
import { onRequestEnd, type RequestEnd } from './request.end.js';

/** Over HTTP/2 a method may be any word. */
const KNOWN_METHODS = new Set(METHODS);

/**
 * One line a request: what was asked by its route template, who asked, which model answered and
 * where the time went. Never paths, queries, headers, bodies or addresses. docs/logs.md has its
 * members.
 */
export function logRequests(fastify: FastifyInstance, logger: JsonLogger): void {
  onRequestEnd(fastify, (request, end) => logger.plain.info(lineOf(request, end), 'request'));
}

/**
 * Built of what is ours, and so not redacted as a whole, which would cost more than writing it: the
 * id alone comes from the caller.
 */
function lineOf(request: FastifyRequest, { status, elapsedMs }: RequestEnd) {
  const { context, principal } = request;
  const { timings } = context;
  return {
    requestId: redactText(request.id),
    trace_id: context.traceId,
    span_id: context.spanId,
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
