import { setTimeout as sleep } from 'node:timers/promises';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestServer, writeKeys } from './support/server.js';

const secret = (fill: string) => fill.repeat(43);
const keys = {
  faq: { id: 'faq-only', key: `nst_faq-only_${secret('a')}`, scopes: ['faq.score'] },
  old: {
    id: 'old',
    key: `nst_old_${secret('b')}`,
    scopes: ['faq.score'],
    expiresAt: '2020-01-01T00:00:00Z',
  },
  late: { id: 'late', key: `nst_late_${secret('c')}`, scopes: ['vision.score'] },
};

describe('access', () => {
  let server: TestServer;
  let all: { id: string; key: string; scopes: string[] };
  beforeAll(async () => {
    server = await TestServer.start({ MODELS: 'vision' });
    all = { id: 'test', key: server.key, scopes: ['faq.score', 'vision.score', 'models.score'] };
    writeKeys(server.folder, [all, keys.faq, keys.old]);
    await reloaded(1);
  });
  afterAll(() => server.stop());

  /** The key file is looked at every two seconds and must be followed within five. */
  async function reloaded(times: number): Promise<void> {
    const seen = () => server.stdout.match(/changed key file/g)?.length ?? 0;
    for (let tries = 0; seen() < times && tries < 50; tries += 1) await sleep(100);
    expect(seen()).toBe(times);
  }

  it('refuses every scoring route without a valid key, before the body is read', async () => {
    const routes = [
      ['POST', '/score'],
      ['POST', '/faq/score'],
      ['POST', '/vision/score'],
      ['POST', '/v1/faq/match'],
      ['POST', '/v1/vision/classify'],
      ['GET', '/v1/models'],
    ] as const;
    for (const [method, path] of routes) {
      for (const key of [null, '', 'nst_test_wrong', `${server.key}x`, keys.old.key]) {
        const answer = await server.request(path, {
          method,
          key,
          headers: { 'content-type': 'application/json' },
        });
        expect([path, answer.status]).toEqual([path, 401]);
        expect(answer.headers['www-authenticate']).toBeDefined();
        // Never says which part was wrong.
        expect(answer.json().detail).toMatch(/^A valid credential is needed/);
      }
    }
  });

  it('answers 401 to an anonymous caller that never sends its body', async () => {
    const answer = await server
      .request('/v1/vision/classify', {
        method: 'POST',
        key: null,
        headers: { 'content-type': 'image/jpeg', 'content-length': '9000000' },
        body: Buffer.alloc(10),
      })
      .catch((error: Error) => error);
    expect(answer).toMatchObject({ status: 401 });
  });

  it('refuses a key that lacks the scope, also where the kind of input decides', async () => {
    const key = keys.faq.key;
    const image = { input: { a: 'AAAA' } };
    expect((await server.post('/v1/vision/classify', { image: 'AAAA' }, { key })).status).toBe(403);
    expect((await server.post('/vision/score', image, { key })).status).toBe(403);
    expect((await server.post('/score', image, { key })).status).toBe(403);
    expect((await server.request('/v1/models', { key })).status).toBe(200);
  });

  it('follows the key file: a new key works, a revoked one does not', async () => {
    writeKeys(server.folder, [all, keys.late]);
    await reloaded(2);
    expect((await server.request('/v1/models', { key: keys.late.key })).status).toBe(200);
    expect((await server.request('/v1/models', { key: keys.faq.key })).status).toBe(401);
  });

  it('keeps the old keys when the new file has one bad entry, and says so', async () => {
    const bad = { keys: [{ id: 'x', sha256: 'zz', scopes: ['faq.score'] }] };
    writeFileSync(join(server.folder, 'keys.json'), JSON.stringify(bad));
    await reloaded(3);
    expect((await server.request('/v1/models')).status).toBe(200);
    const line = server.logs().findLast((one) => /old keys stay/.test(String(one['msg'])));
    expect(line).toMatchObject({
      level: 'error',
      msg: expect.stringMatching(/old keys stay.*sha256/),
    });
  });
});
