import type { Attributes } from '@opentelemetry/api';
import {
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  METRIC_HTTP_SERVER_REQUEST_DURATION,
} from '@opentelemetry/semantic-conventions';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { onRequestEnd, type RequestEnd } from '../request.end.js';
import { Distribution, gauge, REQUEST_SECONDS, Tally } from './meter.js';

/** The methods of RFC 9110 and PATCH; callers may send others, which count as one. */
const METHODS = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
]);

const REFUSED_CREDENTIALS = new Set([
  'unauthenticated',
  'forbidden',
  'too-many-failures',
  'identity-provider-unavailable',
]);

/** By the semantic conventions; a closed set, whatever a caller sends. */
export function methodOf({ method }: Pick<FastifyRequest, 'method'>): string {
  return METHODS.has(method) ? method : '_OTHER';
}

/** The route's template, never a path; `unknown` where none matched. */
export function routeOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? 'unknown';
}

/** Counts and times every request by its route template. */
export function measureRequests(fastify: FastifyInstance): void {
  const meters = new HttpMetrics();
  fastify.addHook('onRequest', (_request, reply, done) => {
    meters.active += 1;
    reply.raw.once('close', () => (meters.active -= 1));
    done();
  });
  onRequestEnd(fastify, (request, end) => meters.ended(request, end));
}

class HttpMetrics {
  /** Requests that have no answer yet. */
  active = 0;
  /** By method, route and status. */
  readonly #attributes = new Map<string, Attributes>();
  readonly #duration = new Distribution(
    {
      name: METRIC_HTTP_SERVER_REQUEST_DURATION,
      description: 'From the arrival of the headers to the end of the answer.',
      unit: 's',
    },
    REQUEST_SECONDS,
  );
  readonly #authentications = new Tally({
    name: 'nestor.authentications',
    description: 'Credentials by outcome: the kind of the principal, or why it was refused.',
  });
  readonly #quotas = new Tally({
    name: 'nestor.quota.refusals',
    description: 'Requests refused since the quota of their principal was spent.',
  });
  readonly #errors = new Tally({
    name: 'nestor.errors',
    description: 'Requests that were refused or failed, by error code.',
  });

  constructor() {
    gauge(
      { name: 'http.server.active_requests', description: 'Requests without an answer yet.' },
      (observe) => observe(this.active),
    );
  }

  ended(request: FastifyRequest, { status, elapsedMs }: RequestEnd): void {
    this.#duration.record(elapsedMs / 1000, this.#attributesOf(request, status));
    const { principal } = request;
    const { errorCode } = request.context;
    if (errorCode !== undefined) this.#errors.add({ code: errorCode });
    if (errorCode !== undefined && REFUSED_CREDENTIALS.has(errorCode)) {
      this.#authentications.add({ outcome: errorCode });
    } else if (principal !== undefined) {
      this.#authentications.add({ outcome: principal.kind });
      if (errorCode === 'quota-spent') this.#quotas.add({ principal: principal.kind });
    }
  }

  #attributesOf(request: FastifyRequest, status: number): Attributes {
    const method = methodOf(request);
    const route = routeOf(request);
    const key = `${method} ${route} ${status}`;
    let attributes = this.#attributes.get(key);
    if (attributes === undefined) {
      attributes = {
        [ATTR_HTTP_REQUEST_METHOD]: method,
        [ATTR_HTTP_ROUTE]: route,
        [ATTR_HTTP_RESPONSE_STATUS_CODE]: status,
      };
      this.#attributes.set(key, attributes);
    }
    return attributes;
  }
}
