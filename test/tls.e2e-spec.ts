import { readFileSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestServer } from './support/server.js';
import { answerOf, Http2Client, shakeHands } from './support/wire.js';

const photo = readFileSync(new URL('fixtures/photos/coffee.jpg', import.meta.url));
const asImage = { 'content-type': 'image/jpeg' };
const asJson = { 'content-type': 'application/json' };

describe('TLS', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({
      MODELS: 'vision',
      MAX_BODY_BYTES: '300000',
      REQUEST_TIMEOUT_MS: '12000',
      HTTP_REDIRECT_PORT: '0',
    });
  });
  afterAll(() => server.stop());

  it.each([
    ['TLSv1.2', 'h2'],
    ['TLSv1.2', 'http/1.1'],
    ['TLSv1.3', 'h2'],
    ['TLSv1.3', 'http/1.1'],
  ])('speaks %s and negotiates %s', async (version, protocol) => {
    const options = { minVersion: version, maxVersion: version, ALPNProtocols: [protocol] };
    expect(await shakeHands(server, options)).toMatchObject({ version, protocol });
  });

  it('refuses TLS 1.1 and ciphers without forward secrecy', async () => {
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };
    await expect(shakeHands(server, old)).rejects.toThrow();
    const weak = { maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' };
    await expect(shakeHands(server, weak)).rejects.toThrow();
  });

  it('tells at the start until when the certificate is valid', () => {
    const line = server.logs().find((one) => one['context'] === 'Certificate');
    expect(line?.['msg']).toMatch(/valid until \d{4}-\d\d-\d\dT/);
  });

  describe('over HTTP/2', () => {
    let client: Http2Client;
    beforeAll(() => {
      client = new Http2Client(server);
    });
    afterAll(() => client.close());

    it('scores images, JSON and forms', async () => {
      const json = JSON.stringify({ image: photo.toString('base64') });
      const form = Buffer.concat([
        Buffer.from('--b\r\ncontent-disposition: form-data; name="image"; filename="a.jpg"\r\n'),
        Buffer.from('content-type: image/jpeg\r\n\r\n'),
        photo,
        Buffer.from('\r\n--b--\r\n'),
      ]);
      const asForm = { 'content-type': 'multipart/form-data; boundary=b' };
      for (const [headers, body] of [
        [asImage, photo],
        [asJson, json],
        [asForm, form],
      ] as const) {
        const answer = await client.request('POST', '/v1/vision/classify', { headers, body });
        expect(answer.status).toBe(200);
        expect(JSON.parse(answer.text).predictions[0].label).toMatch('espresso');
        expect(answer.headers['x-request-id']).toBeDefined();
        expect(answer.headers['server-timing']).toMatch('infer;dur=');
        expect(answer.headers['strict-transport-security']).toMatch('max-age');
      }
    });

    it.each([
      [
        'no credential',
        'POST',
        '/v1/vision/classify',
        { headers: { ...asImage, 'x-api-key': '' }, body: photo },
        401,
      ],
      ['an unknown path', 'GET', '/nowhere', {}, 404],
      ['a wrong method', 'DELETE', '/v1/vision/classify', {}, 405],
      [
        'a body over the limit',
        'POST',
        '/v1/vision/classify',
        { headers: asImage, body: Buffer.alloc(300_001) },
        413,
      ],
      [
        'a declared length over the limit',
        'POST',
        '/v1/vision/classify',
        { headers: { ...asImage, 'content-length': '300001' }, body: Buffer.alloc(300_001) },
        413,
      ],
      [
        'a wrong media type',
        'POST',
        '/v1/vision/classify',
        { headers: { 'content-type': 'text/html' }, body: 'x' },
        415,
      ],
      ['malformed JSON', 'POST', '/v1/vision/classify', { headers: asJson, body: '{' }, 400],
      ['a long URL', 'GET', `/livez?${'x'.repeat(5000)}`, {}, 414],
    ])('answers %s with problem details', async (_name, method, path, call, status) => {
      const answer = await client.request(method, path, call);
      expect(answer.status).toBe(status);
      expect(answer.headers['content-type']).toBe('application/problem+json');
      expect(JSON.parse(answer.text)).toMatchObject({ status });
      expect(answer.headers).not.toHaveProperty('connection');
      if (status === 405) expect(answer.headers['allow']).toBe('POST');
      // The session has outlived it.
      expect((await client.request('GET', '/livez')).status).toBe(200);
    });

    it('answers 408 to a body that does not come', async () => {
      const stream = client.open('POST', '/v1/vision/classify', asImage);
      stream.write(photo.subarray(0, 1000));
      const answer = await answerOf(stream);
      expect(answer.status).toBe(408);
      expect(JSON.parse(answer.text).type).toBe('/docs/errors/request-too-slow');
    });

    it('gives each of many streams its own answer', async () => {
      const tops = Array.from({ length: 24 }, (_, index) => index + 1);
      const answers = await Promise.all(
        tops.map((top) => {
          const call = { headers: asImage, body: photo };
          return client.request('POST', `/v1/vision/classify?top=${top}`, call);
        }),
      );
      expect(answers.map(({ text }) => JSON.parse(text).predictions.length)).toEqual(tops);
    });

    it('drops the work of callers who reset their stream', async () => {
      const streams = Array.from({ length: 24 }, () => {
        const stream = client.open('POST', '/v1/vision/classify', asImage);
        stream.on('error', () => undefined);
        stream.end(photo);
        return stream;
      });
      await sleep(60);
      for (const stream of streams) stream.close(8);
      await sleep(500);
      const gone = server.logs().filter((line) => line['errorCode'] === 'caller-gone');
      expect(gone.length).toBeGreaterThan(0);
      expect((await client.request('GET', '/livez')).status).toBe(200);
    });

    it('does not score what a reset cut short', async () => {
      const lines = () => server.logs().filter((one) => one['route'] === '/v1/vision/classify');
      const before = lines().length;
      const stream = client.open('POST', '/v1/vision/classify', asImage);
      stream.on('error', () => undefined);
      stream.write(photo.subarray(0, 20_000));
      await sleep(100);
      stream.close(8);
      while (lines().length === before) await sleep(50);
      const line = lines().at(-1);
      expect(['body-incomplete', 'caller-gone']).toContain(line?.['errorCode']);
      expect(line?.['inferMs']).toBeUndefined();
    });
  });

  describe('on the redirecting port', () => {
    it('sends every method to the same place over https', async () => {
      for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS', 'DELETE']) {
        const answer = await ask(server, method, '/score?a=b');
        expect(answer).toMatchObject({ status: 308, location: `${server.url}/score?a=b` });
      }
      expect((await ask(server, 'GET', '/', 'api.example.com')).location).toBe(
        'https://api.example.com/',
      );
    });

    it('names no host that the caller did not ask', async () => {
      const answer = await ask(server, 'GET', '/', 'user@elsewhere.org');
      expect(answer).toMatchObject({ status: 400, type: 'application/problem+json' });
      const absolute = await ask(server, 'GET', 'http://elsewhere.org/');
      expect(absolute.status).toBe(400);
      expect((await ask(server, 'GET', '//elsewhere.org/')).location).toBe(
        `${server.url}//elsewhere.org/`,
      );
    });
  });
});

interface Redirect {
  readonly status: number | undefined;
  readonly location: string | undefined;
  readonly type: string | undefined;
}

/** Asks the redirecting port, which the log names. */
function ask(server: TestServer, method: string, path: string, name?: string): Promise<Redirect> {
  const port = Number(/redirecting from port (\d+)/.exec(server.stdout)?.[1]);
  const headers = { host: name ?? `127.0.0.1:${port}` };
  return new Promise((resolve, reject) => {
    const sent = plainRequest({ port, host: '127.0.0.1', method, path, headers }, (response) => {
      const { location, 'content-type': type } = response.headers;
      response.resume();
      response.once('end', () => resolve({ status: response.statusCode, location, type }));
    });
    sent.once('error', reject).end(method === 'POST' ? '{}' : undefined);
  });
}
