import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { SendError } from './edge.limits.js';

/** Requests whose path the router could not take, and why. */
const faults = new WeakMap<object, Error>();

/**
 * The router gives up paths that cannot be decoded and those with a part that is too long, and no
 * hook learns of them. They go round again below the same first part, under a name that no route
 * has, and are logged, counted and refused like all others.
 */
export function goRound(
  instance: () => FastifyInstance,
): (error: Error, request: FastifyRequest, reply: FastifyReply) => void {
  return (error, { raw }, reply) => {
    faults.set(raw, error);
    const [first = '/'] = /^\/[\w-]*/.exec(raw.url ?? '') ?? [];
    raw.url = `${first}/%25`;
    instance().routing(raw as IncomingMessage, reply.raw as ServerResponse);
  };
}

export function refuseUnroutable(fastify: FastifyInstance, sendError: SendError): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const fault = faults.get(request.raw);
    if (fault === undefined) done();
    else sendError(fault, request, reply);
  });
}
