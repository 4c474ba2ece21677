import { request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import { loadConfig } from '../config/config.js';

/**
 * The health check of a container that has neither shell nor curl: ends with 0 when the server that
 * was started with the same environment is ready, with 1 otherwise.
 */
const ANSWERS_WITHIN_MS = 3_000;
const ANY = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
]);

const { HOST, PORT, TLS } = loadConfig();
const request = TLS === 'on' ? requestSecure : requestPlain;
const asked = request({
  host: ANY.get(HOST) ?? HOST,
  port: PORT,
  path: '/readyz',
  timeout: ANSWERS_WITHIN_MS,
  // The certificate names the service, not this address, and nothing secret is sent.
  rejectUnauthorized: false,
});
asked.once('response', ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1));
asked.once('timeout', () => process.exit(1));
asked.once('error', () => process.exit(1));
asked.end();
