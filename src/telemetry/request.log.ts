import type { FastifyInstance } from 'fastify';
import type { JsonLogger } from './logger.js';

/**
 * One line a request: what was asked by its route template, who asked, which model answered and
 * where the time went. Never paths, queries, headers, bodies or addresses.
 */
export function logRequests(fastify: FastifyInstance, logger: JsonLogger): void {
  fastify.addHook('onResponse', (request, reply, done) => {
    const { context, principal } = request;
    logger.pino.info(
      {
        requestId: request.id,
        method: request.method,
        route: request.routeOptions.url ?? 'unknown',
        status: reply.statusCode,
        durationMs: round(reply.elapsedTime),
        principal: principal && `${principal.kind}:${principal.id}`,
        model: context.model?.name,
        modelVersion: context.model?.version,
        authMs: round(request.authMs),
        decodeMs: round(context.timings.decode),
        queueMs: round(context.timings.queue),
        inferMs: round(context.timings.infer),
        errorCode: context.errorCode,
      },
      'request',
    );
    done();
  });
}

function round(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 100) / 100;
}
