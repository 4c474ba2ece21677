import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config/config.schema.js';
import { jsonFile, type PageFile, readPageFiles } from './page.files.js';
import { contentPolicy } from './page.policy.js';
import { signInOf } from './sign.in.js';

/** The page to which Microsoft sends the browser back. */
const SIGNED_IN = 'signed-in.html';

/** Serves the example client at /playground: files only, open to anyone. */
export function servePlayground(fastify: FastifyInstance, config: Config): void {
  const signIn = signInOf(config);
  const docs = config.DOCS === 'on';
  const settings = jsonFile('config.json', { docs, signIn: signIn ?? null });
  const headers = { 'content-security-policy': contentPolicy(signIn), 'cache-control': 'no-cache' };
  for (const file of [...readPageFiles(), settings]) {
    fastify.get(routeOf(file), async (request, reply) => {
      void reply.headers(headers);
      // The popup of a sign-in could not tell the page behind it how it ended.
      if (file.path === SIGNED_IN) void reply.header('cross-origin-opener-policy', 'unsafe-none');
      if (file.path === 'index.html' && endsWithSlash(request)) return redirect(reply);
      return send(file, request, reply);
    });
  }
}

function routeOf({ path }: PageFile): string {
  return path === 'index.html' ? '/playground' : `/playground/${path}`;
}

function send({ type, etag, content }: PageFile, request: FastifyRequest, reply: FastifyReply) {
  void reply.header('etag', etag);
  const known = request.headers['if-none-match']?.split(',').map((tag) => tag.trim()) ?? [];
  if (known.includes(etag) || known.includes(`W/${etag}`)) return reply.status(304).send();
  return reply.header('content-type', type).send(content);
}

/** Addresses in the page are relative, so that it works behind a proxy's path too. */
function redirect(reply: FastifyReply) {
  return reply.status(308).header('location', '../playground').send();
}

function endsWithSlash({ url }: FastifyRequest): boolean {
  return url.split('?', 1).join('').endsWith('/');
}
