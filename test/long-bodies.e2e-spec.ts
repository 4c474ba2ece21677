import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import type { JsonBody } from '../src/http/json.body.js';
import { TestServer } from './support/server.js';

const photo = readFileSync(new URL('fixtures/photos/coffee.jpg', import.meta.url));
const wrap = (base64: string) => base64.replace(/.{76}/g, '$&\r\n');

describe('a long JSON body', () => {
  let server: TestServer;
  let large: Buffer;
  beforeAll(async () => {
    server = await TestServer.start({ INSTANCES: '1' });
    large = await sharp(photo).resize(1_300, 1_300).png({ compressionLevel: 0 }).toBuffer();
  });
  afterAll(() => server.stop());

  const espresso = { index: 967, label: 'espresso' };

  it('is scored the same, dense, with line breaks and in every form of /score', async () => {
    const base64 = large.toString('base64');
    expect(base64.length).toBeGreaterThan(5_000_000);
    const raw = await server.request('/v1/vision/classify', {
      method: 'POST',
      body: large,
      headers: { 'content-type': 'image/png' },
    });
    expect(raw.json().predictions[0]).toMatchObject(espresso);
    for (const image of [base64, wrap(base64), `data:image/png;base64,${wrap(base64)}`]) {
      const answer = await server.post('/v1/vision/classify', { image });
      expect(answer.json()).toEqual(raw.json());
    }
    const named = { 'a.png': `"${wrap(base64)}"`, 'b.jpg': photo.toString('base64') };
    const direct = (await server.post('/score', { input: named })).json().result[0];
    expect(Object.keys(direct)).toEqual(['a.png', 'b.jpg']);
    for (const top of Object.values<[string, number][]>(direct)) {
      expect(top[0]?.[0]).toBe('n07920052 espresso');
    }
    const inText = await server.post('/score', { input: JSON.stringify(named) });
    expect(JSON.parse(inText.json().result)[0]['a.png'][0][1]).toBe('espresso');
  });

  it.each([
    ['broken base64', (base64: string) => ({ image: `${wrap(base64)}!` }), 422, 'bad-base64'],
    ['no base64 at all', () => ({ image: '! '.repeat(500_000) }), 422, 'bad-base64'],
    ['a wrong member', (base64: string) => ({ image: wrap(base64), tpo: 1 }), 400, 'invalid-body'],
    ['too many values', () => ({ image: Array(500_000).fill(0) }), 400, 'invalid-body'],
  ])('with %s is refused', async (_what, body, status, code) => {
    const answer = await server.post('/v1/vision/classify', body(large.toString('base64')));
    expect([answer.status, answer.json().type]).toEqual([status, `/docs/errors/${code}`]);
  });

  it('that ends too early is malformed', async () => {
    const body = JSON.stringify({ image: wrap(large.toString('base64')) }).slice(0, -1);
    const headers = { 'content-type': 'application/json' };
    const answer = await server.request('/v1/vision/classify', { method: 'POST', body, headers });
    expect(answer.json().type).toBe('/docs/errors/malformed-json');
  });

  it('with a question longer than any is refused over the reference routes', async () => {
    for (const input of ['why? '.repeat(2_001), 'x'.repeat(20_000), 'why '.repeat(200_000)]) {
      const answer = await server.post('/score', { input });
      expect([answer.status, answer.json().type]).toEqual([400, '/docs/errors/invalid-body']);
    }
  });

  it('does not hold up the event loop', async () => {
    const built = new URL('../dist/http/json.body.js', import.meta.url).href;
    const { parseBody } = (await import(built)) as {
      parseBody: (body: Buffer) => Promise<JsonBody>;
    };
    await parseBody(Buffer.from(JSON.stringify({ image: ' '.repeat(300_000) })));
    const text = JSON.stringify(Array.from({ length: 9_000 }, () => 'some words '.repeat(100)));
    const started = performance.now();
    JSON.parse(text);
    JSON.parse(text);
    JSON.parse(text);
    const parsingMs = performance.now() - started;
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const { value } = await parseBody(Buffer.from(text));
    delay.disable();
    expect(value).toHaveLength(9_000);
    expect(delay.max / 1e6).toBeLessThan(Math.max(100, 3 * parsingMs));
  });
});
