import type { FastifyInstance, HTTPMethods } from 'fastify';
import { RequestError } from './request.errors.js';

const METHODS: readonly HTTPMethods[] = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
];

/**
 * Answers 405 with `Allow` where a path is known and its method is not (RFC 9110, 15.5.6).
 * @returns a function to call once all routes are registered
 */
export function watchMethods(fastify: FastifyInstance): () => void {
  const known = new Map<string, Set<string>>();
  fastify.addHook('onRoute', ({ url, method }) => {
    // The router treats `/a/` as `/a`.
    const path = url.replace(/(?<=.)\/$/, '');
    const methods = known.get(path) ?? new Set();
    for (const one of [method].flat()) methods.add(one);
    known.set(path, methods);
  });
  return () => {
    for (const [url, methods] of Array.from(known)) {
      const missing = METHODS.filter((method) => !methods.has(method));
      if (url.includes('*') || missing.length === 0) continue;
      const allow = [...methods].join(', ');
      fastify.route({
        method: missing,
        url,
        handler: async (_request, reply) => {
          void reply.header('allow', allow);
          throw new RequestError(
            'method-not-allowed',
            `The method is not allowed here: use ${allow}.`,
          );
        },
      });
    }
  };
}
