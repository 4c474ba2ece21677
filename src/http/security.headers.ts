import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import helmet from 'helmet';
import type { Config } from '../config/config.schema.js';

/** Gives every answer Helmet's headers. They never change: Helmet is asked once, not by request. */
export function addSecurityHeaders(fastify: FastifyInstance, { TLS }: Config): void {
  const headers = headersOf(TLS === 'on');
  fastify.addHook('onRequest', (_request, reply, done) => {
    void reply.headers(headers);
    done();
  });
}

function headersOf(secure: boolean): Record<string, string> {
  const headers: Record<string, string> = {};
  const recorder = {
    setHeader: (name: string, value: string) => (headers[name.toLowerCase()] = value),
    removeHeader: () => undefined,
  };
  const plain = { contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } };
  const middleware = helmet(secure ? {} : plain);
  middleware({} as IncomingMessage, recorder as unknown as ServerResponse, (error) => {
    if (error !== undefined) throw error;
  });
  return headers;
}
