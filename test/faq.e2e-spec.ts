import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestServer } from './support/server.js';

interface Match {
  id: string;
  answerId: string;
  question: string;
  answer: string;
  probability: number;
}

interface Parity {
  question: string;
  answered: boolean;
  similarity: number;
  top: { id: string; probability: number }[];
}

/** What different processors and releases of the runtime may differ by. */
const TOLERANCE = 0.02;

const parity = JSON.parse(
  readFileSync(new URL('fixtures/faq/parity.json', import.meta.url), 'utf8'),
) as Parity[];
const originals =
  readFileSync(new URL('../models/faq/1/originals.tsv', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n').length - 1;

describe('FAQ matching', () => {
  let server: TestServer;
  beforeAll(async () => {
    // A hundred questions at once are not refused where other work keeps the processors busy.
    server = await TestServer.start({ MODELS: 'faq', REQUEST_TIMEOUT_MS: '60000' });
  });
  afterAll(() => server.stop());

  const match = (body: unknown) => server.post('/v1/faq/match', body);

  it.each(parity.map((one) => [one.question.slice(0, 60), one] as const))(
    'agrees with the Python pipeline on: %s',
    async (_title, { question, answered, similarity, top }) => {
      const answer = (await match({ question, top: 100 })).json();
      expect(answer.answered).toBe(answered);
      expect(Math.abs(answer.similarity - similarity)).toBeLessThanOrEqual(TOLERANCE);
      for (const { id, probability } of top) {
        const ours = answer.matches.find((one: Match) => one.id === id)?.probability ?? NaN;
        expect(Math.abs(ours - probability)).toBeLessThanOrEqual(TOLERANCE);
      }
    },
  );

  it('answers as many matches as asked, best first, each with its answer', async () => {
    const question = 'what does === do that == does not';
    const three = (await match({ question })).json();
    expect(three.model).toEqual({ name: 'faq', version: 1, precision: 'int8' });
    expect(three).toMatchObject({ answered: true, similarity: expect.any(Number) });
    expect(three.matches).toHaveLength(3);
    expect(three.matches[0].question).toMatch(/===/);
    for (const one of three.matches as Match[]) {
      expect(one.answer.length).toBeGreaterThan(20);
      expect(one.probability).toBeGreaterThanOrEqual(0);
      expect(one.probability).toBeLessThanOrEqual(1);
    }
    const all = (await match({ question, top: 100 })).json().matches as Match[];
    expect(all).toHaveLength(Math.min(originals, 100));
    const probabilities = all.map(({ probability }) => probability);
    expect(probabilities).toEqual(probabilities.toSorted((a, b) => b - a));
  });

  it('says when nothing in the list matches', async () => {
    const { answered } = (await match({ question: 'how long do i boil potatoes' })).json();
    expect(answered).toBe(false);
  });

  it.each([
    ['an empty question', { question: '' }],
    ['white space', { question: ' \n\t ' }],
    ['control characters only', { question: '\u0000\u0001' }],
    ['a question of 1 MB', { question: 'word '.repeat(200_000) }],
    ['a question of one long word', { question: 'a'.repeat(20_000) }],
    ['a number', { question: 5 }],
    ['null', { question: null }],
    ['no question', {}],
    ['an array', []],
    ['a text', 'question'],
    ['a member too much', { question: 'what is a closure', tops: 3 }],
    ['top of 0', { question: 'what is a closure', top: 0 }],
    ['top of 1.5', { question: 'what is a closure', top: 1.5 }],
    ['top above 100', { question: 'what is a closure', top: 101 }],
  ])('refuses %s with 400 and a text that helps', async (_name, body) => {
    const answer = await match(body);
    expect(answer.status).toBe(400);
    expect(answer.json().detail).toMatch(/expected|empty/i);
  });

  it.each([
    ['NUL inside', 'what is\u0000 a closure'],
    ['a lone surrogate', 'what is a closure \ud800'],
    ['emoji', 'what is a closure 🤔🤔'],
    ['CJK', '闭包是什么 closure'],
    ['HTML', '<p>what is a <b>closure</b></p><pre><code>x</code></pre>'],
    ['a very long word', `closure ${'x'.repeat(5_000)}`],
    ['10,000 characters', 'closure '.repeat(1_250)],
    ['markup only', '<p></p><br>'],
    ['code only', '<pre><code>let x = 1</code></pre>'],
  ])('answers a question with %s', async (_name, question) => {
    expect((await match({ question })).status).toBe(200);
  });

  it.each(['/score', '/faq/score'])('%s answers every original, highest first', async (route) => {
    const answer = await server.post(route, { input: 'what is a closure' });
    expect(answer.status).toBe(200);
    const [rows, time] = answer.json().result as [[string, string, number][], string];
    expect(rows).toHaveLength(originals);
    const best = (await match({ question: 'what is a closure', top: 1 })).json().matches[0];
    expect(rows[0]).toEqual([best.id, best.answerId, best.probability]);
    expect(time).toMatch(/^Computed in \d+ ms$/);
  });

  it('takes a question that looks like JSON for a question', async () => {
    for (const input of ['{"a": 1}', '{a', '[1]', '{}']) {
      expect((await server.post('/faq/score', { input })).status).toBe(200);
    }
    expect((await server.post('/score', { input: '{"a": 1}' })).status).toBe(200);
  });

  it('gives each of many callers its own answer', async () => {
    const questions = parity.filter(({ answered }) => answered);
    const calls = Array.from({ length: 100 }, (_, i) => questions[i % questions.length]);
    const answers = await Promise.all(calls.map((one) => match({ question: one?.question })));
    for (const [index, answer] of answers.entries()) {
      expect(answer.json().matches[0].id).toBe(calls[index]?.top[0]?.id);
    }
  });

  it('lists its models with checksum, licence and accuracy', async () => {
    const { models } = (await server.request('/v1/models')).json();
    expect(models).toHaveLength(1);
    expect(models[0]).toMatchObject({ name: 'faq', version: 1, state: 'ready', serving: true });
    expect(models[0].files[0].sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(models[0].licence).toBe('Apache-2.0');
    expect(models[0].accuracy.length).toBeGreaterThan(2);
  });

  it('still answers after all of this, without a fault', async () => {
    expect((await match({ question: 'what is a closure' })).status).toBe(200);
    expect(server.faults()).toEqual([]);
  });
});
