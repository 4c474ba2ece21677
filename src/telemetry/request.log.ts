import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { JsonLogger } from './logger.js';

const CALLER_GONE = 499;

/**
 * One line a request: what was asked by its route template, who asked, which model answered and
 * where the time went. Never paths, queries, headers, bodies or addresses.
 */
export function logRequests(fastify: FastifyInstance, logger: JsonLogger): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    // Who hung up got no response that could have been finished.
    reply.raw.once('close', () => {
      if (!request.context.gone.aborted) return;
      request.context.errorCode = 'caller-gone';
      logger.pino.info(lineOf(request, CALLER_GONE, reply.elapsedTime), 'request');
    });
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    if (!request.context.gone.aborted) {
      logger.pino.info(lineOf(request, reply.statusCode, reply.elapsedTime), 'request');
    }
    done();
  });
}

function lineOf(request: FastifyRequest, status: number, elapsedMs: number) {
  const { context, principal } = request;
  return {
    requestId: request.id,
    traceId: context.traceId,
    method: request.method,
    route: request.routeOptions.url ?? 'unknown',
    status,
    durationMs: round(elapsedMs),
    principal: principal && `${principal.kind}:${principal.id}`,
    model: context.model?.name,
    modelVersion: context.model?.version,
    authMs: round(request.authMs),
    decodeMs: round(context.timings.decode),
    queueMs: round(context.timings.queue),
    inferMs: round(context.timings.infer),
    errorCode: context.errorCode,
  };
}

function round(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 100) / 100;
}
