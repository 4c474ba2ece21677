import type { Server as TlsServer } from 'node:tls';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type FastifyInstance, type FastifyServerOptions, fastify } from 'fastify';
import type { Config } from '../config/config.schema.js';
import { watchMethods } from './allowed.methods.js';
import { ServedCertificate } from './certificate.js';
import { answerClientErrors, type WriteProblem } from './client.errors.js';
import { Connections } from './connections.js';
import { allowOrigins } from './cors.js';
import {
  LISTENER,
  limitFallback,
  limitHeads,
  SECURE_LISTENER,
  type SendError,
  timeoutsOf,
} from './edge.limits.js';
import { requestId, trackRequests } from './request.context.js';
import { addSecurityHeaders } from './security.headers.js';
import { redirectForwarded, trustedProxies } from './trusted.proxies.js';
import { goRound, refuseUnroutable } from './unroutable.paths.js';

export interface HttpServer {
  readonly adapter: FastifyAdapter;
  readonly connections: Connections;
  /** When the served certificate ends; undefined without TLS. */
  readonly certificateEnd: () => Date | undefined;
  /** Call when every route is registered. */
  readonly completeRoutes: () => void;
}

/** Writes the answers to what is refused before Nest sees it. */
export interface ProblemAnswers {
  readonly sendProblem: SendError;
  readonly bareProblem: WriteProblem;
}

/** The Fastify server below Nest, in the order in which a request meets its hooks. */
export function createHttpServer(config: Config, answers: ProblemAnswers): HttpServer {
  const { sendProblem, bareProblem } = answers;
  const isTrusted = config.TRUST_PROXY && trustedProxies(config.TRUST_PROXY);
  const certificate = config.TLS === 'off' ? undefined : certificateOf(config);
  const instance: FastifyInstance = listener(config, certificate, {
    genReqId: requestId,
    logger: false,
    ...timeoutsOf(config),
    trustProxy: isTrusted ?? false,
    // What was accepted is answered, also while the server stops.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: true },
    frameworkErrors: goRound(() => instance) as never,
    clientErrorHandler: answerClientErrors(bareProblem),
  });
  const connections = new Connections(instance);
  trackRequests(instance);
  // Before the security headers: HSTS must not go out over plain HTTP.
  const redirect = { sendError: sendProblem, publicPort: config.PUBLIC_HTTPS_PORT };
  if (isTrusted) redirectForwarded(instance, isTrusted, redirect);
  addSecurityHeaders(instance, config);
  limitHeads(instance, sendProblem);
  refuseUnroutable(instance, sendProblem);
  if (config.CORS_ORIGINS) allowOrigins(instance, config.CORS_ORIGINS);
  leaveBodiesUnread(instance);
  const completeRoutes = watchMethods(instance);
  const adapter = new FastifyAdapter(instance as never);
  return { adapter, connections, certificateEnd: () => certificate?.validTo, completeRoutes };
}

/** HTTP/1.1 and HTTP/2 by ALPN over TLS; HTTP/1.1 alone behind a proxy that ends TLS. */
function listener(
  config: Config,
  certificate: ServedCertificate | undefined,
  options: FastifyServerOptions,
): FastifyInstance {
  if (certificate === undefined) {
    return fastify({ ...options, http: LISTENER } as FastifyServerOptions);
  }
  const https = { ...SECURE_LISTENER, ...certificate.options };
  const instance = fastify({
    ...options,
    http2: true,
    https,
  } as never) as unknown as FastifyInstance;
  limitFallback(instance.server, config);
  certificate.follow(instance.server as unknown as TlsServer);
  return instance;
}

function certificateOf({ TLS_CERT_FILE, TLS_KEY_FILE }: Config): ServedCertificate {
  return new ServedCertificate(TLS_CERT_FILE ?? '', TLS_KEY_FILE ?? '');
}

/** Guards decide before a byte of a body is read; see BodyGuard. */
function leaveBodiesUnread(instance: FastifyInstance): void {
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser('*', (_request, _payload, done) => done(null));
}
