import { BlockList, isIP } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { SendError } from './edge.limits.js';
import { httpsLocation } from './https.location.js';
import { RequestError } from './request.errors.js';

/** Probes ask from inside and cannot follow redirects to a certificate's name. */
const HEALTH = /^\/(livez$|readyz$|v2\/health\/)/;

/** Whether an address is one of the ranges; made once, asked for each forwarded request. */
export function trustedProxies(ranges: readonly string[]): (address: string) => boolean {
  const trusted = new BlockList();
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/');
    const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
    if (prefix === undefined) trusted.addAddress(address, family);
    else trusted.addSubnet(address, Number(prefix), family);
  }
  return (address) => {
    const version = isIP(address);
    return version !== 0 && trusted.check(address, version === 4 ? 'ipv4' : 'ipv6');
  };
}

interface RedirectOptions {
  readonly sendError: SendError;
  readonly publicPort: number | undefined;
}

/** Answers 308 where a trusted proxy says that its caller came without TLS. */
export function redirectForwarded(
  fastify: FastifyInstance,
  isTrusted: (address: string) => boolean,
  { sendError, publicPort = 443 }: RedirectOptions,
): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const forwarded = request.headers['x-forwarded-proto'];
    if (forwarded === undefined || !isTrusted(request.socket.remoteAddress ?? '')) return done();
    // Fastify takes the last entry, which is the one that our proxy wrote.
    const health = HEALTH.test(request.routeOptions.url ?? '');
    if (request.protocol !== 'http' || health) return done();
    const host = request.headers.host ?? request.headers[':authority'];
    const location = httpsLocation(String(host), request.url, () => publicPort);
    if (location === undefined) {
      const text = 'The Host header cannot be redirected to https.';
      return sendError(new RequestError('malformed-request', text), request, reply);
    }
    void reply.code(308).header('location', location).send();
  });
}
