import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generate } from 'selfsigned';
import { hasRedis, TestRedis } from './support/redis.js';
import { type Answer, TestServer, writeKeys } from './support/server.js';

const keyOf = (id: string) => `nst_${id}_${'k'.repeat(43)}`;
const SCOPES = ['faq.score', 'vision.score', 'models.score', 'models.manage'];
/** `quick` has its own rate, the others that of the server. */
const KEYS = [
  { id: 'one', key: keyOf('one'), scopes: SCOPES },
  { id: 'two', key: keyOf('two'), scopes: SCOPES },
  { id: 'quick', key: keyOf('quick'), scopes: SCOPES, ratePerMinute: 9 },
];

const folder = mkdtempSync(join(tmpdir(), 'nestor-limits-'));
writeKeys(folder, KEYS);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A server with the keys above, and without models: limits stand before them. */
function start(env: Record<string, string>): Promise<TestServer> {
  const fixed = { TLS: 'off', MODELS_DIR: folder, API_KEYS_FILE: join(folder, 'keys.json') };
  return TestServer.start({ ...fixed, ...env }, { until: 'listening' });
}

async function said(server: TestServer, text: string, times = 1): Promise<void> {
  for (let tries = 0; timesSaid(server, text) < times && tries < 200; tries += 1) await sleep(50);
  expect([text, timesSaid(server, text)]).toEqual([text, times]);
}

function timesSaid(server: TestServer, text: string): number {
  return server.logs().filter((line) => String(line['msg']).includes(text)).length;
}

function call(server: TestServer, id: string): Promise<Answer> {
  return server.request('/v1/models', { key: keyOf(id) });
}

async function statuses(server: TestServer, id: string, count: number): Promise<number[]> {
  const all: number[] = [];
  for (let index = 0; index < count; index += 1) all.push((await call(server, id)).status);
  return all;
}

/** A server that has reached Redis; before that it counts for itself. */
async function startSharing(env: Record<string, string>): Promise<TestServer> {
  const server = await start(env);
  await said(server, 'Redis answers: quotas are shared');
  return server;
}

const seconds = (answer: Answer) => Number(answer.headers['retry-after']);

describe('quotas in memory', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start({ RATE_LIMIT_PER_MINUTE: '3' });
  });
  afterAll(() => server.stop(), 60_000);

  it('tells every limited caller what is left, in the fields of the IETF draft', async () => {
    const first = await call(server, 'one');
    expect(first.status).toBe(200);
    expect(first.headers['ratelimit-policy']).toBe('"per-minute";q=3;w=60');
    expect(first.headers['ratelimit']).toMatch(/^"per-minute";r=2;t=(59|60)$/);
    expect(first.headers['retry-after']).toBeUndefined();
    const bad = await server.post('/v1/vision/classify', {}, { key: keyOf('one') });
    expect(bad.status).toBe(400);
    expect(bad.headers['ratelimit']).toMatch(/^"per-minute";r=1;t=\d+$/);
    expect((await call(server, 'one')).headers['ratelimit']).toMatch(/r=0/);
  });

  it('answers 429 with a type of its own once the quota is spent, before the body is read', async () => {
    const answer = await server.request('/score', {
      method: 'POST',
      key: keyOf('one'),
      body: Buffer.alloc(10),
      headers: { 'content-type': 'application/json', 'content-length': '9000000' },
    });
    expect(answer.status).toBe(429);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.json()).toMatchObject({ type: '/docs/errors/quota-spent', status: 429 });
    expect(answer.headers['ratelimit']).toMatch(/r=0/);
    expect(seconds(answer)).toBeGreaterThan(0);
    expect(seconds(answer)).toBeLessThanOrEqual(60);
    expect(answer.headers['ratelimit']).toContain(`t=${seconds(answer)}`);
    const page = await server.request('/docs/errors/quota-spent', { key: null });
    expect(page.text).toContain('Retry-After');
  });

  it('counts callers apart and heeds the rate of a key', async () => {
    expect((await call(server, 'one')).status).toBe(429);
    expect(await statuses(server, 'two', 4)).toEqual([200, 200, 200, 429]);
    expect((await call(server, 'quick')).headers['ratelimit-policy']).toContain('q=9;');
    expect(await statuses(server, 'quick', 9)).toEqual([...Array(8).fill(200), 429]);
  });

  it('does not limit public routes', async () => {
    for (let index = 0; index < 12; index += 1) {
      const answer = await server.request('/livez', { key: keyOf('one') });
      expect(answer.status).toBe(200);
      expect(answer.headers['ratelimit']).toBeUndefined();
    }
  });
});

describe('a server without a quota', () => {
  it('limits only keys that have a rate', async () => {
    const server = await start({});
    try {
      const free = await call(server, 'one');
      expect([free.status, free.headers['ratelimit']]).toEqual([200, undefined]);
      expect((await call(server, 'quick')).headers['ratelimit']).toMatch(/r=8/);
    } finally {
      await server.stop();
    }
  });

  it('does not start with a Redis address that is none, and does not repeat it', async () => {
    const url = 'http://user:hush@cache';
    const failing = start({ RATE_LIMIT_REDIS_URL: url });
    const error = await failing.catch((error: Error) => error);
    expect(String(error)).toContain('RATE_LIMIT_REDIS_URL: expected redis://HOST');
    expect(String(error)).not.toContain('hush');
  });
});

describe('failed credentials', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start({ FAILED_AUTH_PER_MINUTE: '5', HOST: '0.0.0.0' });
  });
  afterAll(() => server.stop(), 60_000);

  /** From another address of this machine. */
  function from(localAddress: string, headers: Record<string, string> = {}): Promise<Answer> {
    const { hostname, port } = new URL(server.url);
    return new Promise((resolve, reject) => {
      const options = { hostname, port, path: '/v1/models', localAddress, headers, agent: false };
      request(options, (response) => {
        const { statusCode: status = 0, headers: answered } = response;
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const bytes = Buffer.concat(chunks);
          const text = bytes.toString();
          resolve({ status, headers: answered, bytes, text, json: () => JSON.parse(text) });
        });
      })
        .once('error', reject)
        .end();
    });
  }

  it('are refused with 429 past the limit, also when none is sent', async () => {
    for (let index = 0; index < 5; index += 1) {
      const headers = index === 0 ? {} : { 'x-api-key': `nst_one_guess${index}` };
      expect((await from('127.0.0.2', headers)).status).toBe(401);
      // A success in between does not start the count anew.
      expect((await from('127.0.0.2', { 'x-api-key': keyOf('one') })).status).toBe(200);
    }
    for (const headers of [{}, { 'x-api-key': 'nst_one_guess' }] as Record<string, string>[]) {
      const answer = await from('127.0.0.2', headers);
      expect(answer.status).toBe(429);
      expect(answer.json().type).toBe('/docs/errors/too-many-failures');
      expect(seconds(answer)).toBeGreaterThan(0);
      expect(seconds(answer)).toBeLessThanOrEqual(60);
    }
  });

  it('lock out neither valid keys, nor other addresses, nor public routes', async () => {
    expect((await from('127.0.0.2', { 'x-api-key': keyOf('two') })).status).toBe(200);
    expect((await from('127.0.0.3', { 'x-api-key': 'nst_one_guess' })).status).toBe(401);
    expect((await server.request('/livez', { key: null })).status).toBe(200);
  });

  it('do not trust an address that the caller names', async () => {
    const answer = await from('127.0.0.2', { 'x-forwarded-for': '192.0.2.9' });
    expect(answer.status).toBe(429);
  });
});

const installed = hasRedis();
if (!installed)
  process.stderr.write('No redis-server: what is shared through Redis is not tested.\n');
const withRedis = installed || process.env['CI'] === 'true' ? describe : describe.skip;

withRedis('quotas shared through Redis (skipped where redis-server is not installed)', () => {
  const LOST = 'each replica counts quotas for itself';
  const BACK = 'Redis answers again: quotas are shared';
  let redis: TestRedis;
  let servers: [TestServer, TestServer];

  beforeEach(async () => {
    redis = await TestRedis.start(() => ['--requirepass', 'hush-hush']);
    const env = {
      RATE_LIMIT_PER_MINUTE: '5',
      RATE_LIMIT_REDIS_URL: `redis://:hush-hush@127.0.0.1:${redis.port}`,
    };
    servers = await Promise.all([startSharing(env), startSharing(env)]);
  }, 300_000);

  afterEach(async () => {
    const logs = servers.map(({ stdout, stderr }) => stdout + stderr).join('');
    await Promise.all(servers.map((server) => server.stop()));
    await redis.stop();
    expect(logs).not.toContain('hush-hush');
    expect(servers.flatMap((server) => server.faults())).toEqual([]);
  });

  it('are one for two servers', async () => {
    const [a, b] = servers;
    expect(await statuses(a, 'one', 3)).toEqual([200, 200, 200]);
    const fourth = await call(b, 'one');
    expect(fourth.headers['ratelimit-policy']).toBe('"per-minute";q=5;w=60');
    expect(fourth.headers['ratelimit']).toMatch(/^"per-minute";r=1;t=([1-9]|[1-5]\d|60)$/);
    expect(await statuses(b, 'one', 3)).toEqual([200, 429, 429]);
    const refused = await call(a, 'one');
    expect(refused.status).toBe(429);
    expect(seconds(refused)).toBeGreaterThan(0);
    expect(seconds(refused)).toBeLessThanOrEqual(60);
    expect(await statuses(a, 'two', 1)).toEqual([200]);
    expect((await call(b, 'quick')).headers['ratelimit']).toMatch(/r=8/);
    expect((await call(a, 'quick')).headers['ratelimit']).toMatch(/r=7/);
  });

  it('go on in memory when Redis is killed, say so once, and are shared again when it is back', async () => {
    const [a, b] = servers;
    expect(await statuses(a, 'one', 3)).toEqual([200, 200, 200]);
    await redis.kill();
    expect(await statuses(a, 'one', 6)).toEqual([200, 200, 200, 200, 200, 429]);
    expect(await statuses(b, 'one', 5)).toEqual([200, 200, 200, 200, 200]);
    await said(a, LOST);
    await said(b, LOST);

    await redis.revive();
    for (const server of servers) await sharedAgain(server);
    const before = Number(
      /r=(\d+)/.exec(String((await call(a, 'quick')).headers['ratelimit']))?.[1],
    );
    expect((await call(b, 'quick')).headers['ratelimit']).toContain(`r=${before - 1}`);
    await said(a, LOST);
    await said(b, BACK);
  });

  it('do not keep a request waiting while Redis hangs', async () => {
    const [a] = servers;
    expect(await statuses(a, 'one', 1)).toEqual([200]);
    redis.signal('SIGSTOP');
    expect(await statuses(a, 'one', 6)).toEqual([200, 200, 200, 200, 200, 429]);
    await said(a, LOST);
    redis.signal('SIGCONT');
    await sharedAgain(a);
  });

  /** Calls until the server says it shares again: Redis is looked for every two seconds at least. */
  async function sharedAgain(server: TestServer): Promise<void> {
    for (let tries = 0; timesSaid(server, BACK) === 0 && tries < 100; tries += 1) {
      await call(server, 'two');
      await sleep(100);
    }
    await said(server, BACK);
  }
});

withRedis('a server whose Redis is not there', () => {
  it('starts, answers and says so once', async () => {
    const server = await start({
      RATE_LIMIT_PER_MINUTE: '2',
      RATE_LIMIT_REDIS_URL: 'redis://:hush-hush@127.0.0.1:1',
    });
    try {
      expect(await statuses(server, 'one', 3)).toEqual([200, 200, 429]);
      await said(server, 'Redis fails (ECONNREFUSED)');
      expect(server.stdout + server.stderr).not.toContain('hush-hush');
    } finally {
      await server.stop();
    }
  });

  it('starts, answers and says so once when its password is wrong', async () => {
    const redis = await TestRedis.start(() => ['--requirepass', 'other']);
    const server = await start({
      RATE_LIMIT_PER_MINUTE: '2',
      RATE_LIMIT_REDIS_URL: `redis://:hush-hush@127.0.0.1:${redis.port}`,
    });
    try {
      expect(await statuses(server, 'one', 3)).toEqual([200, 200, 429]);
      await said(server, 'Redis fails (WRONGPASS)');
      expect(server.stdout + server.stderr).not.toContain('hush-hush');
    } finally {
      await server.stop();
      await redis.stop();
    }
  });

  it('reaches Redis over TLS, and only with a certificate that it can verify', async () => {
    const altNames = [{ type: 7, ip: '127.0.0.1' }] as const;
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'redis' }], {
      extensions: [{ name: 'subjectAltName', altNames: [...altNames] }],
    });
    const [certFile, keyFile] = [join(folder, 'redis.crt'), join(folder, 'redis.key')];
    writeFileSync(certFile, cert);
    writeFileSync(keyFile, key);
    const redis = await TestRedis.start((port) => {
      const files = ['--tls-cert-file', certFile, '--tls-key-file', keyFile];
      return ['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no', ...files];
    });
    const env = {
      RATE_LIMIT_PER_MINUTE: '3',
      RATE_LIMIT_REDIS_URL: `rediss://127.0.0.1:${redis.port}`,
    };
    const trusting = { ...env, NODE_EXTRA_CA_CERTS: certFile };
    const servers = await Promise.all([startSharing(trusting), startSharing(trusting), start(env)]);
    try {
      const [a, b, distrusting] = servers;
      expect(await statuses(a, 'one', 2)).toEqual([200, 200]);
      expect(await statuses(b, 'one', 2)).toEqual([200, 429]);
      expect(await statuses(distrusting, 'one', 4)).toEqual([200, 200, 200, 429]);
      await said(distrusting, 'Redis fails (DEPTH_ZERO_SELF_SIGNED_CERT)');
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
      await redis.stop();
    }
  });
});
