import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestServer } from './support/server.js';

const photo = readFileSync(new URL('fixtures/photos/coffee.jpg', import.meta.url));
const ORIGIN = 'https://app.example.com';
const scoring = { method: 'POST', body: photo, headers: { 'content-type': 'image/jpeg' } };

const forwarded = (proto: string, host = 'api.example.com') => ({
  'x-forwarded-proto': proto,
  'x-forwarded-for': '203.0.113.9',
  host,
});

function preflight(server: TestServer, origin: string, path = '/v1/vision/classify') {
  const headers = {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'x-api-key,content-type',
  };
  return server.request(path, { method: 'OPTIONS', key: null, headers });
}

describe('behind a trusted proxy', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({
      MODELS: 'vision',
      TLS: 'off',
      TRUST_PROXY: '127.0.0.1/32',
      CORS_ORIGINS: `${ORIGIN},http://localhost:3000`,
    });
  });
  afterAll(() => server.stop());

  it('sends callers who came without TLS to https', async () => {
    const answer = await server.request('/docs?a=b', { headers: forwarded('http') });
    expect(answer.status).toBe(308);
    expect(answer.headers['location']).toBe('https://api.example.com/docs?a=b');
    expect(answer.headers['x-request-id']).toBeDefined();
    // RFC 6797, 7.2
    expect(answer.headers).not.toHaveProperty('strict-transport-security');
    const post = await server.request('/score', {
      method: 'POST',
      body: '{}',
      headers: forwarded('http', 'api.example.com:8080'),
    });
    expect([post.status, post.headers['location']]).toEqual([308, 'https://api.example.com/score']);
  });

  it('names only the host that the caller asked', async () => {
    const headers = { ...forwarded('http'), 'x-forwarded-host': 'elsewhere.org' };
    const answer = await server.request('/docs', { headers });
    expect(answer.headers['location']).toBe('https://api.example.com/docs');
    const odd = await server.request('/docs', { headers: forwarded('http', 'user@elsewhere.org') });
    expect(odd.status).toBe(400);
    expect(odd.headers).not.toHaveProperty('location');
  });

  it('believes the last proxy only', async () => {
    const spoofed = await server.request('/livez', { headers: forwarded('https, http') });
    expect(spoofed.status).toBe(200);
    const answer = await server.request('/version', { headers: forwarded('https, http') });
    expect(answer.status).toBe(308);
  });

  it('answers health to probes, whatever the protocol', async () => {
    for (const path of ['/livez', '/readyz']) {
      expect((await server.request(path, { headers: forwarded('http') })).status).toBe(200);
    }
  });

  it('scores what came over TLS and what names no protocol', async () => {
    const headers = { ...scoring.headers, ...forwarded('https') };
    const secure = await server.request('/v1/vision/classify', { ...scoring, headers });
    expect(secure.status).toBe(200);
    expect(secure.headers['strict-transport-security']).toMatch('max-age');
    expect(secure.headers['content-security-policy']).not.toMatch('upgrade-insecure-requests');
    expect((await server.request('/v1/vision/classify', scoring)).status).toBe(200);
  });

  describe('for pages of other origins', () => {
    it('answers the preflight of a listed origin', async () => {
      for (const path of ['/v1/vision/classify', '/v1/faq/match', '/score']) {
        const { status, headers, text } = await preflight(server, ORIGIN, path);
        expect([status, text]).toEqual([204, '']);
        expect(headers['access-control-allow-origin']).toBe(ORIGIN);
        expect(headers['access-control-allow-methods']).toBe('GET, HEAD, POST');
        expect(headers['vary']).toBe('Origin');
        expect(headers).not.toHaveProperty('access-control-allow-credentials');
        const allowed = String(headers['access-control-allow-headers']).split(', ');
        for (const name of ['content-type', 'x-api-key', 'authorization', 'x-request-id']) {
          expect(allowed).toContain(name);
        }
      }
    });

    it('lets the page read answers and refusals', async () => {
      const headers = { ...scoring.headers, origin: 'http://localhost:3000' };
      const good = await server.request('/v1/vision/classify', { ...scoring, headers });
      const bad = await server.request('/v1/vision/classify', { ...scoring, headers, key: null });
      const missing = await server.request('/nowhere', { headers });
      expect([good.status, bad.status, missing.status]).toEqual([200, 401, 404]);
      for (const answer of [good, bad, missing]) {
        expect(answer.headers['access-control-allow-origin']).toBe('http://localhost:3000');
        expect(answer.headers['access-control-expose-headers']).toMatch('server-timing');
        expect(answer.headers['vary']).toBe('Origin');
      }
    });

    it.each([
      'https://app.example.com.elsewhere.org',
      'http://app.example.com',
      'null',
      `${ORIGIN}:8443`,
    ])('gives nothing to %s', async (origin) => {
      const asked = await preflight(server, origin);
      expect(asked.status).toBe(405);
      const headers = { ...scoring.headers, origin };
      const scored = await server.request('/v1/vision/classify', { ...scoring, headers });
      for (const answer of [asked, scored]) {
        expect(answer.headers['vary']).toBe('Origin');
        const given = Object.keys(answer.headers).filter((name) => name.startsWith('access-'));
        expect(given).toEqual([]);
      }
    });

    it('keeps 405 and 404 for OPTIONS that is no preflight', async () => {
      const plain = await server.request('/v1/vision/classify', { method: 'OPTIONS' });
      expect([plain.status, plain.headers['allow']]).toEqual([405, 'POST']);
      const headers = { origin: ORIGIN };
      const named = await server.request('/v1/vision/classify', { method: 'OPTIONS', headers });
      expect(named.status).toBe(405);
      expect((await server.request('/nowhere', { method: 'OPTIONS' })).status).toBe(404);
    });
  });
});

describe('behind an unknown proxy', () => {
  it('believes nobody, and gives no CORS headers unless origins are listed', async () => {
    const env = { MODELS: 'nothing', TLS: 'off', TRUST_PROXY: '10.0.0.0/8' };
    const server = await TestServer.start(env, { until: 'listening' });
    const headers = { 'x-forwarded-proto': 'http', origin: ORIGIN };
    const answer = await server.request('/version', { headers });
    expect(answer.status).toBe(200);
    expect(answer.headers).not.toHaveProperty('vary');
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    expect(await server.stop()).toBe(0);
  });
});
