import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Load } from './support/load.js';
import { TestServer } from './support/server.js';
import { answerOf, converse, Http2Client, shakeHands } from './support/wire.js';

const photo = readFileSync(new URL('fixtures/photos/coffee.jpg', import.meta.url));
const asImage = { 'content-type': 'image/jpeg' };

const start = (env: Record<string, string> = {}) => TestServer.start({ MODELS: 'vision', ...env });

/** Sends the signal and gives exit code and milliseconds to the end. */
async function signal(server: TestServer, name: NodeJS.Signals) {
  const sent = performance.now();
  server.process.kill(name);
  const [code] = (await once(server.process, 'exit')) as [number | null];
  return { code, after: performance.now() - sent };
}

/** A request whose second half of the body waits for `go`. */
function halfSent(server: TestServer, go: Promise<unknown>): Promise<string> {
  const half = photo.length / 2;
  return converse(server, async (socket) => {
    socket.write(
      'POST /v1/vision/classify HTTP/1.1\r\nhost: a\r\ncontent-type: image/jpeg\r\n' +
        `x-api-key: ${server.key}\r\ncontent-length: ${photo.length}\r\n\r\n`,
    );
    socket.write(photo.subarray(0, half));
    await go;
    socket.write(photo.subarray(half));
  });
}

describe('a rolling stop', () => {
  it('fails no request of keep-alive callers', async () => {
    const [old, next] = await Promise.all([start({ SHUTDOWN_DELAY_MS: '2000' }), start()]);
    const load = new Load(old, 8, next);
    await sleep(1_500);
    const { code, after } = await signal(old, 'SIGTERM');
    expect(code).toBe(0);
    expect(after).toBeGreaterThan(2_000);
    expect(after).toBeLessThan(6_000);
    await sleep(500);
    await load.stop();
    expect(load.failures).toEqual([]);
    expect(load.moved).toBe(8);
    expect(load.answered).toBeGreaterThan(30);
    expect(await next.stop()).toBe(0);
    await old.stop();
  });

  it('fails no stream of HTTP/2 callers who heed GOAWAY', async () => {
    const [old, next] = await Promise.all([start({ SHUTDOWN_DELAY_MS: '1000' }), start()]);
    let client = new Http2Client(old);
    let answered = 0;
    let moved = false;
    const failures: string[] = [];
    const stopped = sleep(500).then(() => signal(old, 'SIGTERM'));
    const until = performance.now() + 3_000;
    const call = async () => {
      const mine = client;
      try {
        const { status } = await mine.request('POST', '/v1/vision/classify', {
          headers: asImage,
          body: photo,
        });
        if (status === 200) answered += 1;
        else failures.push(String(status));
      } catch (error) {
        // RFC 9113, 8.7: nothing was done for a refused stream, it is sent again.
        if (!/REFUSED_STREAM|GOAWAY/.test(String(error))) failures.push(String(error));
      }
    };
    while (performance.now() < until) {
      if (client.session.closed && !moved) {
        client = new Http2Client(next);
        moved = true;
      }
      await Promise.all([call(), call(), call()]);
    }
    expect(failures).toEqual([]);
    expect(moved).toBe(true);
    expect(answered).toBeGreaterThan(10);
    expect((await stopped).code).toBe(0);
    client.close();
    await Promise.all([old.stop(), next.stop()]);
  });
});

describe('stopping', () => {
  it('is not ready at once, answers on for the delay, and closes each connection', async () => {
    const server = await start({ SHUTDOWN_DELAY_MS: '1500' });
    const stopped = signal(server, 'SIGTERM');
    await sleep(200);
    const probe = await server.request('/readyz', { key: null });
    expect([probe.status, probe.headers['connection']]).toEqual([503, 'close']);
    expect((await server.request('/livez')).status).toBe(200);
    const call = { method: 'POST', body: photo, headers: asImage };
    const scored = await server.request('/v1/vision/classify', call);
    expect([scored.status, scored.headers['connection']]).toEqual([200, 'close']);
    expect((await stopped).code).toBe(0);
    await expect(server.request('/livez')).rejects.toThrow(/ECONNREFUSED/);
    await server.stop();
  });

  it('finishes what it accepted, over HTTP/1.1 and HTTP/2', async () => {
    const server = await start();
    const gate = new AbortController();
    const first = halfSent(server, once(gate.signal, 'abort'));
    const client = new Http2Client(server);
    const stream = client.open('POST', '/v1/vision/classify', asImage);
    const second = answerOf(stream);
    stream.write(photo.subarray(0, 1_000));
    // A connection that asks nothing does not hold the stop up.
    const idle = converse(server);
    await sleep(300);
    const stopped = signal(server, 'SIGTERM');
    await sleep(700);
    await expect(shakeHands(server)).rejects.toThrow(/ECONNREFUSED/);
    gate.abort();
    stream.end(photo.subarray(1_000));
    const answer = await first;
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
    expect(answer.toLowerCase()).toMatch('connection: close');
    expect((await second).status).toBe(200);
    await idle;
    const { code, after } = await stopped;
    expect(code).toBe(0);
    expect(after).toBeLessThan(5_000);
    await server.stop();
  });

  it('does not wait in a terminal', async () => {
    const server = await start({ SHUTDOWN_DELAY_MS: '60000' });
    const { code, after } = await signal(server, 'SIGINT');
    expect(code).toBe(0);
    expect(after).toBeLessThan(4_000);
    await server.stop();
  });

  it('ends at once at a second signal', async () => {
    const server = await start({ SHUTDOWN_DELAY_MS: '60000' });
    const stopped = signal(server, 'SIGTERM');
    await sleep(300);
    server.process.kill('SIGTERM');
    const { code, after } = await stopped;
    expect(code).toBe(1);
    expect(after).toBeLessThan(2_000);
    await server.stop();
  });

  it('is bounded by SHUTDOWN_GRACE_MS', async () => {
    const server = await start({ SHUTDOWN_GRACE_MS: '1000' });
    void halfSent(server, new Promise(() => {}));
    await sleep(300);
    const { code, after } = await signal(server, 'SIGTERM');
    expect(code).toBe(1);
    expect(after).toBeLessThan(3_000);
    expect(server.stdout).toMatch('SHUTDOWN_GRACE_MS is over');
    await server.stop();
  });
});
