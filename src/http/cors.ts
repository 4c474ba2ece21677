import cors, { type FastifyCorsOptions } from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

const SENT = [
  'content-type',
  'authorization',
  'x-api-key',
  'x-request-id',
  'x-request-timeout-ms',
  'inference-header-content-length',
];
const READ = [
  'x-request-id',
  'server-timing',
  'retry-after',
  'ratelimit',
  'ratelimit-policy',
  'inference-header-content-length',
];
const MAX_AGE_SECONDS = 600;

/**
 * Lets pages of exactly these origins call the API. No cookies are used, so none are allowed; other
 * origins and plain OPTIONS requests are treated as if there were no CORS.
 */
export function allowOrigins(fastify: FastifyInstance, origins: readonly string[]): void {
  const request: FastifyCorsOptions = {
    origin: [...origins],
    exposedHeaders: READ,
    preflight: false,
  };
  const preflight: FastifyCorsOptions = {
    origin: [...origins],
    methods: ['GET', 'HEAD', 'POST'],
    allowedHeaders: SENT,
    maxAge: MAX_AGE_SECONDS,
  };
  const none: FastifyCorsOptions = { origin: false };
  void fastify.register(cors, {
    delegator: ({ headers }, decide) => {
      const asked = headers['access-control-request-method'] !== undefined;
      if (!origins.includes(headers.origin ?? '')) decide(null, none);
      else decide(null, asked ? preflight : request);
    },
  });
}
