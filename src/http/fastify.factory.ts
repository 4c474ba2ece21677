import { readFileSync } from 'node:fs';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
  fastify,
} from 'fastify';
import helmet from 'helmet';
import type { Config } from '../config/config.schema.js';
import { watchMethods } from './allowed.methods.js';
import { beginRequest, requestId, trackRequests } from './request.context.js';

export interface HttpServer {
  readonly adapter: FastifyAdapter;
  /** Call when every route is registered. */
  readonly completeRoutes: () => void;
}

/** Slow headers are cut off; looked for every two seconds. */
const CONNECTIONS = { headersTimeout: 10_000, connectionsCheckingInterval: 2_000 };

type SendError = (error: unknown, request: FastifyRequest, reply: FastifyReply) => void;

/**
 * The Fastify server below Nest, in the order in which a request meets its hooks.
 * @param sendError answers what is refused before Nest sees it
 */
export function createHttpServer(config: Config, sendError: SendError): HttpServer {
  const options = {
    genReqId: requestId,
    logger: false,
    // A body that trickles in, or headers that do, cost a connection for ever otherwise.
    requestTimeout: config.REQUEST_TIMEOUT_MS + 20_000,
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: true },
    // A path that cannot be decoded is refused before any hook runs.
    frameworkErrors: (error, request, reply) => {
      beginRequest(request, reply as FastifyReply);
      sendError(error, request, reply as FastifyReply);
    },
  } satisfies FastifyServerOptions;
  const instance = (
    config.TLS === 'on'
      ? fastify({ ...options, https: { ...CONNECTIONS, ...tlsOf(config) } })
      : fastify({ ...options, http: CONNECTIONS })
  ) as FastifyInstance;
  trackRequests(instance);
  addSecurityHeaders(instance, config);
  leaveBodiesUnread(instance);
  const completeRoutes = watchMethods(instance);
  return { adapter: new FastifyAdapter(instance as never), completeRoutes };
}

function tlsOf({ TLS_CERT_FILE, TLS_KEY_FILE }: Config) {
  return {
    cert: readFileSync(TLS_CERT_FILE ?? ''),
    key: readFileSync(TLS_KEY_FILE ?? ''),
    minVersion: 'TLSv1.2',
  } as const;
}

function addSecurityHeaders(instance: FastifyInstance, { TLS }: Config): void {
  const plain = { contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } };
  const secure = helmet(TLS === 'on' ? {} : plain);
  instance.addHook('onRequest', (request, reply, done) => {
    secure(request.raw, reply.raw, done as (error?: unknown) => void);
  });
}

/** Guards decide before a byte of a body is read; see BodyInterceptor. */
function leaveBodiesUnread(instance: FastifyInstance): void {
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser('*', (_request, _payload, done) => done(null));
}
