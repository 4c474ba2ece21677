import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Config } from '../config/config.schema.js';
import { answerClientErrors, type WriteProblem } from './client.errors.js';
import { httpsLocation } from './https.location.js';

const LIMITS = {
  maxHeaderSize: 8_192,
  headersTimeout: 5_000,
  requestTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
};
const MAX_CONNECTIONS = 1_000;

/**
 * Listens on HTTP_REDIRECT_PORT and sends everybody to https; it does nothing else.
 * @param securePort of the API, for callers that named a port themselves
 */
export async function listenForRedirects(
  { HOST, HTTP_REDIRECT_PORT, PUBLIC_HTTPS_PORT }: Config,
  securePort: number,
  writeProblem: WriteProblem,
): Promise<Server | undefined> {
  if (HTTP_REDIRECT_PORT === undefined) return undefined;
  // Who needs no port to reach port 80 needs none for 443 either: a service maps both.
  const portOf = (named?: string) =>
    PUBLIC_HTTPS_PORT ?? (named === undefined || named === '80' ? 443 : securePort);
  const server = createServer(LIMITS, (request, response) => {
    const location = httpsLocation(request.headers.host, request.url, portOf);
    if (location === undefined) refuse(response, writeProblem);
    else response.writeHead(308, { location, connection: 'close', 'content-length': 0 }).end();
    // What has come of a body is skipped, so that the answer is not lost with it.
    request.resume();
  });
  server.on('clientError', answerClientErrors(writeProblem));
  server.maxConnections = MAX_CONNECTIONS;
  server.setTimeout(LIMITS.requestTimeout);
  server.listen(HTTP_REDIRECT_PORT, HOST);
  await once(server, 'listening');
  return server;
}

export function listeningPort(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function refuse(response: ServerResponse, writeProblem: WriteProblem): void {
  const { status, body } = writeProblem('malformed-request', randomUUID());
  const headers = { 'content-type': 'application/problem+json', connection: 'close' };
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}
