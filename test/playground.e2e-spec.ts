import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestServer } from './support/server.js';

describe('the files of the playground', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ MODELS: 'vision', DOCS: 'off' });
  });
  afterAll(() => server.stop());

  const get = (path: string, headers = {}) => server.request(path, { key: null, headers });

  it('are open to anyone, under a policy that allows this server only', async () => {
    for (const path of ['', '/app.js', '/style.css', '/icon.svg', '/vendor/msal-browser.min.js']) {
      const { status, headers } = await get(`/playground${path}`);
      expect([path, status]).toEqual([path, 200]);
      const policy = String(headers['content-security-policy']);
      expect(policy).toMatch(/^default-src 'none';script-src 'self';style-src 'self';/);
      expect(policy).not.toMatch(/unsafe|https?:|\*/);
    }
  });

  it('are sent again only when they have changed', async () => {
    const first = await get('/playground/app.js');
    const { etag } = first.headers;
    expect(etag).toMatch(/^"[\w-]{43}"$/);
    expect(first.headers['cache-control']).toBe('no-cache');
    const second = await get('/playground/app.js', { 'if-none-match': `"other", ${String(etag)}` });
    expect([second.status, second.text]).toEqual([304, '']);
    expect((await get('/playground/app.js', { 'if-none-match': '"other"' })).status).toBe(200);
  });

  it('lead from a path with a slash to the page, and nowhere out of their folder', async () => {
    const moved = await get('/playground/');
    expect([moved.status, moved.headers['location']]).toEqual([308, '../playground']);
    for (const path of ['/playground.ts', '/..%2fplayground.js', '/texts', '/%2e%2e/sign.in.js']) {
      expect((await get(`/playground${path}`)).status).toBe(404);
    }
  });

  it('are read with GET only', async () => {
    const { status, headers } = await server.request('/playground', { method: 'POST', key: null });
    expect([status, headers['allow']]).toEqual([405, 'GET, HEAD']);
  });

  it('offer neither a sign-in nor the reference that are not there', async () => {
    const { headers, json } = await get('/playground/config.json');
    expect(headers['content-type']).toMatch(/^application\/json/);
    expect(json()).toEqual({ docs: false, signIn: null });
  });

  it('let the page that ends a sign-in reach the one that began it', async () => {
    const page = await get('/playground');
    expect(page.headers['cross-origin-opener-policy']).toBe('same-origin');
    const end = await get('/playground/signed-in.html');
    expect(end.headers['cross-origin-opener-policy']).toBe('unsafe-none');
  });

  it('are not there when the operator does not want them', async () => {
    const without = await TestServer.start(
      { MODELS: 'vision', PLAYGROUND: 'off' },
      { until: 'listening' },
    );
    for (const path of ['/playground', '/playground/app.js', '/playground/config.json']) {
      expect((await without.request(path, { key: null })).status).toBe(404);
    }
    await without.stop();
  });
});
