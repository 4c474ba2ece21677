import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config/config.schema.js';
import { RequestError } from './request.errors.js';

const MAX_URL_LENGTH = 4_096;
const MAX_HEADERS = 100;
const MAX_HEADER_BYTES = 16_384;
/** Longer than load balancers keep a connection idle (60 s), so that they close it and not we. */
const KEEP_ALIVE_MS = 75_000;

/** Options of the listener, HTTP/1.1 and HTTP/2. */
export const LISTENER = {
  maxHeaderSize: MAX_HEADER_BYTES,
  headersTimeout: 10_000,
  connectionsCheckingInterval: 2_000,
  // Node's HTTP/2 server leaves it off for the HTTP/1.1 connections that it takes too.
  noDelay: true,
  // Node's own answer is empty; see limitHeads.
  requireHostHeader: false,
} as const;

/** Options of the listener that TLS adds. */
export const SECURE_LISTENER = {
  ...LISTENER,
  allowHTTP1: true,
  handshakeTimeout: 10_000,
  // The pseudo-headers of HTTP/2 count, too.
  maxHeaderListPairs: MAX_HEADERS + 4,
  settings: {
    maxConcurrentStreams: 100,
    maxHeaderListSize: MAX_HEADER_BYTES,
    // A photograph goes out without waiting for the window to open.
    initialWindowSize: 262_144,
  },
} as const;

/** Milliseconds after which Fastify ends what does not move. */
export function timeoutsOf({ REQUEST_TIMEOUT_MS }: Config) {
  return {
    // Bodies that are read have REQUEST_TIMEOUT_MS; this ends what comes after an answer.
    requestTimeout: REQUEST_TIMEOUT_MS + 20_000,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Peers that do not take their answer.
    connectionTimeout: REQUEST_TIMEOUT_MS + KEEP_ALIVE_MS,
    http2SessionTimeout: REQUEST_TIMEOUT_MS + KEEP_ALIVE_MS,
  };
}

/** Gives an HTTP/2 server the limits that Fastify sets for HTTP/1.1 servers only. */
export function limitFallback(server: object, config: Config): void {
  const { requestTimeout, keepAliveTimeout } = timeoutsOf(config);
  const { maxHeaderSize, headersTimeout, connectionsCheckingInterval } = LISTENER;
  const limits = { maxHeaderSize, headersTimeout, connectionsCheckingInterval };
  Object.assign(server, { ...limits, requestTimeout, keepAliveTimeout });
}

export type SendError = (error: unknown, request: FastifyRequest, reply: FastifyReply) => void;

/**
 * Refuses heads that Node lets through. Of too many headers it would cut off the last silently, a
 * credential among them perhaps.
 */
export function limitHeads(fastify: FastifyInstance, sendError: SendError): void {
  Object.assign(fastify.server, { maxHeadersCount: 0 });
  fastify.addHook('onRequest', (request, reply, done) => {
    const { rawHeaders, headers, httpVersion, url = '' } = request.raw;
    if (headers.host === undefined && httpVersion === '1.1') {
      const text = 'The request has no Host header.';
      sendError(new RequestError('malformed-request', text), request, reply);
    } else if (rawHeaders.length > 2 * MAX_HEADERS) {
      const text = `The request has too many headers: at most ${MAX_HEADERS} are accepted.`;
      sendError(new RequestError('headers-too-large', text), request, reply);
    } else if (url.length > MAX_URL_LENGTH) {
      const text = `The URL is too long: at most ${MAX_URL_LENGTH} characters are accepted.`;
      sendError(new RequestError('url-too-long', text), request, reply);
    } else done();
  });
}
