import type { FastifyInstance, FastifyRequest } from 'fastify';

/** What is told of a caller who hung up before the answer. */
const CALLER_GONE = 499;

export interface RequestEnd {
  readonly status: number;
  readonly elapsedMs: number;
}

/** Tells once of every request how it ended. */
export function onRequestEnd(
  fastify: FastifyInstance,
  ended: (request: FastifyRequest, end: RequestEnd) => void,
): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    // Who hung up got no response that could have been finished.
    reply.raw.once('close', () => {
      if (!request.context.gone.aborted) return;
      request.context.errorCode = 'caller-gone';
      ended(request, { status: CALLER_GONE, elapsedMs: reply.elapsedTime });
    });
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    if (!request.context.gone.aborted) {
      ended(request, { status: reply.statusCode, elapsedMs: reply.elapsedTime });
    }
    done();
  });
}
