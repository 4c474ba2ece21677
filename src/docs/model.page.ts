import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';

const FILES = {
  '/docs/model.page.js': ['model.page.js', 'text/javascript; charset=utf-8'],
  '/docs/model.page.css': ['model.page.css', 'text/css; charset=utf-8'],
  '/v2/models/:model/docs': ['model.html', 'text/html; charset=utf-8'],
  '/v2/models/:model/versions/:version/docs': ['model.html', 'text/html; charset=utf-8'],
} as const;

/**
 * Serves Swagger UI for one model. The page is the same for every name, served or not: what it shows
 * it asks for with the credential of who looks at it.
 */
export function serveModelPages(fastify: FastifyInstance): void {
  for (const [url, [file, type]] of Object.entries(FILES)) {
    const content = readFileSync(new URL(`static/${file}`, import.meta.url));
    fastify.get(url, async (_request, reply) => reply.header('content-type', type).send(content));
  }
}
