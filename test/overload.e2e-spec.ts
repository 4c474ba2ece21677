import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, TestServer, writeKeys } from './support/server.js';

const keyOf = (id: string) => `nst_${id}_${'k'.repeat(43)}`;
const scopes = ['faq.score'];
const callers = ['heavy', 'light'].map((id) => ({ id, key: keyOf(id), scopes }));
/** Longer than a busy machine may take: what is refused with it is refused for its number. */
const PATIENCE_MS = 600_000;
/** As many words as the encoder takes, so that a question costs it some milliseconds. */
const question = 'how do i sort an array of objects by one of their members '.repeat(10);

describe('more requests than can be scored', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nestor-overload-'));
  let server: TestServer;
  beforeAll(async () => {
    writeKeys(folder, callers);
    const API_KEYS_FILE = join(folder, 'keys.json');
    server = await TestServer.start({
      TLS: 'off',
      MODELS: 'faq',
      API_KEYS_FILE,
      QUEUE_MAX_ROWS: '40',
      REQUEST_TIMEOUT_MS: String(PATIENCE_MS),
    });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = (id: string, timeoutMs = PATIENCE_MS): Promise<Answer> =>
    server.post(
      '/v1/faq/match',
      { question },
      { key: keyOf(id), headers: { 'x-request-timeout-ms': String(timeoutMs) } },
    );
  const flood = (count: number, timeoutMs?: number) =>
    Array.from({ length: count }, () => ask('heavy', timeoutMs));

  const expectRefusal = (answer: Answer | undefined, type: string) => {
    expect(answer?.status).toBe(429);
    expect(answer?.json()).toMatchObject({ type, status: 429, detail: expect.any(String) });
    expect(answer?.headers['retry-after']).toMatch(/^[1-9]\d*$/);
  };

  it('refuses those at once whose deadline cannot be met, and tells them when to come back', async () => {
    const patient = flood(35);
    await Promise.race(patient);
    const hurried = await Promise.all(flood(10, 60));
    const refused = hurried.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) expectRefusal(answer, '/docs/errors/deadline-unreachable');
    const statuses = (await Promise.all(patient)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  it('refuses who fills the queue, not who asks for little', async () => {
    const all = flood(150);
    // Once the first of them is refused the queue is full.
    await Promise.any(all.map(async (one) => expectRefusal(await one, '/docs/errors/queue-full')));
    expect((await ask('light')).status).toBe(200);
    const statuses = (await Promise.all(all)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
  });

  it('scores as before when it is over', async () => {
    expect((await ask('heavy')).status).toBe(200);
  });
});
