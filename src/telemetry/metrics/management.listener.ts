import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { ConfigError } from '../../config/config.js';
import type { Config } from '../../config/config.schema.js';
import type { PrometheusReader } from './prometheus.reader.js';

const LIMITS = {
  maxHeaderSize: 8_192,
  headersTimeout: 5_000,
  requestTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
};
const MAX_CONNECTIONS = 100;

/**
 * Listens on MANAGEMENT_PORT with plain HTTP and without credentials: it is for the inside of the
 * cluster and answers GET /metrics, nothing else.
 * @throws ConfigError when the port is taken
 */
export async function listenForScrapes(
  { HOST, MANAGEMENT_PORT }: Config,
  metrics: PrometheusReader | undefined,
): Promise<Server | undefined> {
  if (MANAGEMENT_PORT === 'off' || metrics === undefined) return undefined;
  const server = createServer(LIMITS, (request, response) => {
    const [path] = (request.url ?? '').split('?', 1);
    if (path !== '/metrics') refuse(response, 404);
    else if (request.method !== 'GET' && request.method !== 'HEAD') refuse(response, 405);
    else metrics.getMetricsRequestHandler(request, response);
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.listen(MANAGEMENT_PORT, HOST);
  try {
    await once(server, 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError([`MANAGEMENT_PORT: ${MANAGEMENT_PORT} cannot be listened on (${code})`]);
  }
  return server;
}

function refuse(response: ServerResponse, status: 404 | 405): void {
  response.writeHead(status, { ...(status === 405 && { allow: 'GET, HEAD' }) }).end();
}
