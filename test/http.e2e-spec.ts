import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestServer } from './support/server.js';

const photo = readFileSync(new URL('fixtures/photos/coffee.jpg', import.meta.url));
const asImage = { 'content-type': 'image/jpeg' };

describe('the HTTP edge', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ MODELS: 'vision', MAX_BODY_BYTES: '200000' });
  });
  afterAll(() => server.stop());

  it('answers health and version to anyone', async () => {
    for (const path of ['/', '/faq', '/faq/', '/vision', '/vision/']) {
      const answer = await server.request(path, { key: null });
      expect([answer.status, answer.text]).toEqual([200, 'Healthy']);
      expect(answer.headers['content-type']).toMatch('text/plain');
    }
    for (const path of ['/version', '/faq/version', '/vision/version']) {
      expect((await server.request(path, { key: null })).text).toMatch(/\d+\.\d+\.\d+/);
    }
    expect((await server.request('/livez', { key: null })).json()).toEqual({ status: 'live' });
    expect((await server.request('/readyz', { key: null })).json()).toEqual({
      status: 'ready',
      credentials: 'verifiable',
      models: [{ name: 'vision', version: 1, state: 'ready' }],
    });
  });

  it('gives every answer a request id and its timings', async () => {
    const headers = { ...asImage, 'x-request-id': 'caller-7' };
    const call = { method: 'POST', body: photo, headers };
    const scored = await server.request('/v1/vision/classify', call);
    expect(scored.headers['x-request-id']).toBe('caller-7');
    for (const phase of ['auth', 'decode', 'queue', 'infer', 'total']) {
      expect(scored.headers['server-timing']).toMatch(new RegExp(`${phase};dur=\\d+\\.\\d\\d`));
    }
    const refused = await server.request('/nowhere', {
      headers: { 'x-request-id': 'a b<script>' },
    });
    expect(refused.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(refused.json().requestId).toBe(refused.headers['x-request-id']);
    expect(refused.headers['server-timing']).toMatch(/total;dur=/);
  });

  it.each([
    ['an unknown path', '/nowhere', { method: 'GET' }, 404, 'not-found'],
    ['a path that cannot be decoded', '/v1/%zz', { method: 'GET' }, 400, 'invalid-query'],
    ['a wrong method', '/v1/vision/classify', { method: 'GET' }, 405, 'method-not-allowed'],
    [
      'a wrong media type',
      '/v1/vision/classify',
      { method: 'POST', body: 'x', headers: { 'content-type': 'text/html' } },
      415,
      'unsupported-media-type',
    ],
    [
      'no media type',
      '/v1/vision/classify',
      { method: 'POST', body: 'x' },
      415,
      'unsupported-media-type',
    ],
    [
      'a compressed body',
      '/v1/vision/classify',
      { method: 'POST', body: photo, headers: { ...asImage, 'content-encoding': 'br' } },
      415,
      'unsupported-media-type',
    ],
    [
      'an Accept that rules JSON out',
      '/v1/vision/classify',
      { method: 'POST', body: photo, headers: { ...asImage, accept: 'text/html' } },
      406,
      'not-acceptable',
    ],
    [
      'a body over the limit',
      '/v1/vision/classify',
      { method: 'POST', body: Buffer.alloc(200_001), headers: asImage },
      413,
      'body-too-large',
    ],
    [
      'malformed JSON',
      '/score',
      { method: 'POST', body: '{"input":', headers: { 'content-type': 'application/json' } },
      400,
      'malformed-json',
    ],
    [
      'an empty JSON body',
      '/score',
      { method: 'POST', body: '', headers: { 'content-type': 'application/json' } },
      400,
      'malformed-json',
    ],
    [
      'JSON that is not UTF-8',
      '/score',
      {
        method: 'POST',
        body: Buffer.from([0x22, 0xff, 0x22]),
        headers: { 'content-type': 'application/json' },
      },
      400,
      'malformed-json',
    ],
    [
      'a wrong query',
      '/v1/vision/classify?top=zero',
      { method: 'POST', body: photo, headers: asImage },
      400,
      'invalid-body',
    ],
    [
      'an unknown model',
      '/v1/vision/classify?model=none',
      { method: 'POST', body: photo, headers: asImage },
      404,
      'model-not-found',
    ],
    [
      'an unknown version',
      '/v1/vision/classify?version=99',
      { method: 'POST', body: photo, headers: asImage },
      404,
      'model-not-found',
    ],
    [
      'a deadline that is no number',
      '/v1/vision/classify',
      { method: 'POST', body: photo, headers: { ...asImage, 'x-request-timeout-ms': 'soon' } },
      400,
      'invalid-query',
    ],
    [
      'a deadline that cannot be met',
      '/v1/vision/classify',
      { method: 'POST', body: photo, headers: { ...asImage, 'x-request-timeout-ms': '1' } },
      504,
      'deadline-passed',
    ],
  ])('answers %s with problem details', async (_name, path, call, status, code) => {
    const answer = await server.request(path, call);
    expect(answer.status).toBe(status);
    const plain = path.startsWith('/score');
    expect(answer.headers['content-type']).toBe(
      plain ? 'application/json' : 'application/problem+json',
    );
    const problem = answer.json();
    expect(problem).toMatchObject({ type: `/docs/errors/${code}`, status });
    expect(problem.title.length).toBeGreaterThan(3);
    expect(problem.detail.length).toBeGreaterThan(15);
    const page = await server.request(problem.type, { key: null });
    expect(page.status).toBe(200);
    expect(page.text).toMatch(`Status: ${status}`);
  });

  it('names the allowed methods with 405', async () => {
    const answer = await server.request('/v1/vision/classify', { method: 'DELETE' });
    expect(answer.headers['allow']).toBe('POST');
    expect((await server.request('/livez', { method: 'POST' })).headers['allow']).toBe('GET, HEAD');
  });

  it('stops reading a body without a length at the limit', async () => {
    const chunk = Buffer.alloc(60_000);
    const head =
      'POST /v1/vision/classify HTTP/1.1\r\nhost: a\r\ncontent-type: image/jpeg\r\n' +
      `x-api-key: ${server.key}\r\ntransfer-encoding: chunked\r\n\r\n`;
    const port = Number(new URL(server.url).port);
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect({ port, host: '127.0.0.1', ca: server.certificate }, () => {
        socket.write(head);
        for (let i = 0; i < 10; i += 1) {
          socket.write(`${chunk.length.toString(16)}\r\n`);
          socket.write(chunk);
          socket.write('\r\n');
        }
      });
      socket.on('data', (data) => (text += data.toString()));
      socket.on('error', () => resolve(text)).on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1.1 413/);
    expect(answer.toLowerCase()).toMatch('connection: close');
  });

  it('sends security headers and says nothing of the server', async () => {
    const { headers } = await server.request('/');
    expect(headers['strict-transport-security']).toMatch('max-age');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['content-security-policy']).toMatch("default-src 'self'");
    expect(headers).not.toHaveProperty('x-powered-by');
    expect(headers).not.toHaveProperty('server');
  });

  it('logs one line a request without what the caller sent', async () => {
    const secret = 'canary-4711';
    await server.request(`/v1/vision/classify?model=${secret}`, {
      method: 'POST',
      body: `{"${secret}": "${secret}"}`,
      headers: { 'content-type': 'application/json', 'user-agent': secret },
    });
    await server.request(`/${secret}`, { key: `nst_${secret}_x` });
    expect(server.stdout + server.stderr).not.toMatch(secret);
    expect(server.stdout).not.toMatch(server.key);
    const line = server.logs().findLast((one) => one['route'] === '/v1/vision/classify');
    expect(line).toMatchObject({ principal: 'api-key:test', method: 'POST', msg: 'request' });
  });
});

describe('starting', () => {
  it('is refused with the name of every bad variable and no value', async () => {
    const env = { PORT: '99999', LOG_LEVEL: 'loudest', API_KEYS_FILE: '', TLS_CERT_FILE: '' };
    const error = await TestServer.start(env).catch((reason: Error) => reason.message);
    for (const name of ['PORT', 'LOG_LEVEL', 'API_KEYS_FILE', 'TLS_CERT_FILE']) {
      expect(error).toMatch(name);
    }
    expect(error).not.toMatch(/99999|loudest/);
  });

  it('is refused with a key file that is broken', async () => {
    const file = join(new URL('.', import.meta.url).pathname, 'fixtures', 'broken-keys.json');
    writeFileSync(file, '{"keys":[{"id":"a"}]}');
    const error = await TestServer.start({ API_KEYS_FILE: file }).catch(
      (reason: Error) => reason.message,
    );
    rmSync(file);
    expect(error).toMatch(/keys\.0\.sha256/);
  });

  it('shows a refused model as not ready and keeps answering health', async () => {
    const server = await TestServer.start({ MODELS: 'nothing' }, { until: 'listening' });
    const answer = await server.request('/readyz', { key: null });
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBeDefined();
    expect((await server.request('/livez', { key: null })).status).toBe(200);
    const score = await server.post('/v1/faq/match', { question: 'x' });
    expect([404, 503]).toContain(score.status);
    expect(await server.stop()).toBe(0);
  });
});
