import type { FastifyInstance, FastifyRequest } from 'fastify';

/** What is told of a caller who hung up before the answer. */
const CALLER_GONE = 499;

export interface RequestEnd {
  readonly status: number;
  readonly elapsedMs: number;
}

type Ended = (request: FastifyRequest, end: RequestEnd) => void;

/** Who is told, by the listener's instance: one hook for all costs a request less than one for each. */
const told = new WeakMap<FastifyInstance, Ended[]>();

/** Tells once of every request how it ended. */
export function onRequestEnd(fastify: FastifyInstance, ended: Ended): void {
  const others = told.get(fastify);
  if (others === undefined) watchEnds(fastify, [ended]);
  else others.push(ended);
}

function watchEnds(fastify: FastifyInstance, all: Ended[]): void {
  told.set(fastify, all);
  const tell: Ended = (request, end) => {
    for (const ended of all) ended(request, end);
  };
  fastify.addHook('onRequest', (request, reply, done) => {
    // Who hung up got no response that could have been finished.
    reply.raw.once('close', () => {
      if (!request.context.gone.aborted) return;
      request.context.errorCode = 'caller-gone';
      tell(request, { status: CALLER_GONE, elapsedMs: reply.elapsedTime });
    });
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    if (!request.context.gone.aborted) {
      tell(request, { status: reply.statusCode, elapsedMs: reply.elapsedTime });
    }
    done();
  });
}
