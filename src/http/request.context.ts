import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ModelIdentity } from '../registry/model.kind.js';
import type { Timings } from '../scoring/scorer.js';
import type { LiftedBytes } from './base64.js';

/** What is known of a request from its arrival to its log line. */
export interface RequestContext {
  /** `performance.now()` when the headers were there. */
  readonly arrivedAt: number;
  readonly timings: Timings;
  /** Aborts when the caller hangs up before it has the answer. */
  readonly gone: AbortSignal;
  /** What references to base64 in the body stand for. */
  lifted?: LiftedBytes;
  /** The model that answers, once it is chosen. */
  model?: ModelIdentity;
  /** The error code of a refused or failed request. */
  errorCode?: string;
  /** What went wrong where it was our fault. */
  fault?: Error;
  /** Of its trace, or of the caller's where it is not traced. */
  traceId?: string;
  /** Of the span of this request, where it has one. */
  spanId?: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    context: RequestContext;
  }
}

const SANE_ID = /^[A-Za-z0-9._:-]{1,128}$/;

/** The caller's `X-Request-Id` if it is harmless in logs and headers, else a new one. */
export function requestId(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && SANE_ID.test(given) ? given : randomUUID();
}

/** Gives every request its context and every answer its `X-Request-Id` and `Server-Timing`. */
export function trackRequests(fastify: FastifyInstance): void {
  fastify.decorateRequest('context');
  fastify.addHook('onRequest', (request, reply, done) => {
    beginRequest(request, reply);
    done();
  });
  fastify.addHook('onSend', (request, reply, _payload, done) => {
    void reply.header('server-timing', serverTiming(request));
    done();
  });
}

function beginRequest(request: FastifyRequest, reply: FastifyReply): void {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  // An HTTP/2 response counts as finished when its stream is reset.
  if (request.raw.httpVersionMajor === 2) request.raw.once('aborted', () => controller.abort());
  request.context = { arrivedAt: performance.now(), timings: {}, gone: controller.signal };
  void reply.header('x-request-id', request.id);
}

/** W3C Server-Timing of the phases that happened, in milliseconds. */
function serverTiming({ context, authMs }: FastifyRequest): string {
  const { decode, queue, infer } = context.timings;
  const total = performance.now() - context.arrivedAt;
  const phases = { auth: authMs, decode, queue, infer, total };
  return Object.entries(phases)
    .filter(([, duration]) => duration !== undefined)
    .map(([phase, duration]) => `${phase};dur=${(duration ?? 0).toFixed(2)}`)
    .join(', ');
}
