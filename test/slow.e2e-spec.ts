import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestServer } from './support/server.js';
import { converse, portOf } from './support/wire.js';

const photo = readFileSync(new URL('fixtures/photos/coffee.jpg', import.meta.url));

function problemIn(answer: string): Record<string, unknown> {
  return JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as Record<string, unknown>;
}

describe.each([
  ['TLS', {}],
  ['plain HTTP', { TLS: 'off' }],
])('over %s', (_name, env) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ MODELS: 'vision', REQUEST_TIMEOUT_MS: '1500', ...env });
  });
  afterAll(() => server.stop());

  const scoring = (length: number) =>
    'POST /v1/vision/classify HTTP/1.1\r\nhost: a\r\ncontent-type: image/jpeg\r\n' +
    `x-api-key: ${server.key}\r\ncontent-length: ${length}\r\n\r\n`;

  it('cuts off headers that trickle in, and says why', async () => {
    const started = performance.now();
    const silent = converse(server);
    const slow = await converse(server, async (socket) => {
      socket.write('GET /livez HTTP/1.1\r\nhost: a\r\n');
      for (let line = 0; !socket.destroyed; line += 1) {
        socket.write(`x-${line}: 1\r\n`);
        await sleep(500);
      }
    });
    expect(performance.now() - started).toBeLessThan(14_000);
    expect(slow).toMatch(/^HTTP\/1.1 408 /);
    expect(slow).toMatch('connection: close');
    expect(problemIn(slow)).toMatchObject({ type: '/docs/errors/request-too-slow', status: 408 });
    // A spare connection asked nothing: an answer could be taken for that of its first request.
    expect(await silent).toBe('');
  });

  it('cuts off a body that trickles in, and answers others meanwhile', async () => {
    const started = performance.now();
    const slow = converse(server, async (socket) => {
      socket.write(scoring(photo.length));
      for (let at = 0; !socket.destroyed; at += 10) {
        socket.write(photo.subarray(at, at + 10));
        await sleep(100);
      }
    });
    const headers = { 'content-type': 'image/jpeg' };
    const call = { method: 'POST', body: photo, headers };
    expect((await server.request('/v1/vision/classify', call)).status).toBe(200);
    const answer = await slow;
    expect(performance.now() - started).toBeLessThan(4_000);
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(answer.toLowerCase()).toMatch('connection: close');
    expect(problemIn(answer)).toMatchObject({ type: '/docs/errors/request-too-slow' });
  });

  it.each([
    ['no HTTP', 'hello\r\n\r\n', 400, 'malformed-request'],
    ['a broken header', 'GET / HTTP/1.1\r\nhost: a\r\nb@d: 1\r\n\r\n', 400, 'malformed-request'],
    ['no Host', 'GET /livez HTTP/1.1\r\nconnection: close\r\n\r\n', 400, 'malformed-request'],
    [
      'two framings',
      'POST /score HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
      'malformed-request',
    ],
    [
      'headers over 16 kB',
      `GET / HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(17_000)}\r\n\r\n`,
      431,
      'headers-too-large',
    ],
    [
      'over 100 headers',
      `GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${'a: b\r\n'.repeat(100)}\r\n`,
      431,
      'headers-too-large',
    ],
    [
      'a URL over 4096 characters',
      `GET /livez?${'x'.repeat(4_096)} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`,
      414,
      'url-too-long',
    ],
  ])('answers %s with problem details', async (_what, text, status, code) => {
    const answer = await converse(server, (socket) => socket.write(text));
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toMatch(/content-type: application\/problem\+json\r\n/i);
    const problem = problemIn(answer);
    expect(problem).toMatchObject({ type: `/docs/errors/${code}`, status });
    expect(answer).toMatch(`x-request-id: ${String(problem['requestId'])}`);
  });

  it('keeps connections open longer than load balancers do', async () => {
    const { headers } = await server.request('/livez', { headers: { connection: 'keep-alive' } });
    expect(headers['keep-alive']).toBe('timeout=75');
  });

  it('scores nothing for callers who hang up, and logs it', async () => {
    for (let calls = 0; calls < 12; calls += 1) {
      void converse(server, (socket) => {
        socket.write(scoring(photo.length));
        socket.write(photo);
        setTimeout(() => socket.destroy(), 40);
      });
    }
    await sleep(1_000);
    const gone = server.logs().filter((line) => line['errorCode'] === 'caller-gone');
    expect(gone.length).toBeGreaterThan(0);
    expect(gone.every((line) => line['status'] === 499)).toBe(true);
  });
});

describe('speaking plain HTTP to the TLS port', () => {
  it('ends the connection and nothing else', async () => {
    const server = await TestServer.start({ MODELS: 'nothing' }, { until: 'listening' });
    const closed = new Promise((resolve) => {
      const socket = connect({ port: portOf(server), host: '127.0.0.1' }, () => {
        socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
      });
      socket
        .resume()
        .on('error', () => undefined)
        .once('close', resolve);
    });
    await closed;
    expect((await server.request('/livez')).status).toBe(200);
    expect(await server.stop()).toBe(0);
  });
});
