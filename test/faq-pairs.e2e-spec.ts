import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROOT } from './support/cli.js';
import { TestServer } from './support/server.js';

const FIXTURES = join(ROOT, 'test/fixtures/models');
const FOLDER = join(FIXTURES, 'faq-pairs');
/** Rounding of the file, and of single precision. */
const TOLERANCE = 1e-5;
/** Questions that a request may hold. */
const MAX_ROWS = 64;

interface Parity {
  question: string;
  answered: boolean;
  similarity: number;
  top: { id: string; probability: number }[];
  /** The id of the original that a held-out question belongs to. */
  expected?: string;
}

interface Ranking {
  answered: boolean;
  similarity: number;
  matches: { id: string; probability: number }[];
}

const parity = JSON.parse(readFileSync(join(FOLDER, 'parity.json'), 'utf8')) as Parity[];
const { accuracy, threshold } = JSON.parse(readFileSync(join(FOLDER, '1/model.json'), 'utf8'));
const ORIGINALS = 80;

describe('FAQ matching by pairs', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ MODELS_DIR: FIXTURES, MODELS: 'faq-pairs' });
  });
  afterAll(() => server.stop());

  const tensor = (data: string[]) => {
    return { inputs: [{ name: 'question', datatype: 'BYTES', shape: [data.length], data }] };
  };

  async function infer(questions: string[]): Promise<Ranking[]> {
    const answer = await server.post('/v2/models/faq-pairs/infer', tensor(questions));
    expect([answer.status, answer.status === 200 ? '' : answer.text]).toEqual([200, '']);
    const [probability, id, similarity, answered] = answer
      .json()
      .outputs.map(({ data }: { data: unknown[] }) => data);
    return questions.map((_, row) => ({
      answered: answered[row],
      similarity: similarity[row],
      matches: Array.from({ length: ORIGINALS }, (_none, column) => ({
        id: id[row * ORIGINALS + column],
        probability: probability[row * ORIGINALS + column],
      })),
    }));
  }

  async function inferAll(): Promise<Ranking[]> {
    const rankings: Ranking[] = [];
    for (let from = 0; from < parity.length; from += MAX_ROWS) {
      const questions = parity.slice(from, from + MAX_ROWS).map(({ question }) => question);
      rankings.push(...(await infer(questions)));
    }
    return rankings;
  }

  function expectAlike(got: Ranking, { answered, similarity, top }: Parity): void {
    expect(Math.abs(got.similarity - similarity)).toBeLessThanOrEqual(TOLERANCE);
    // Python's figure is rounded: only next to the threshold it may fall on the other side.
    if (Math.abs(similarity - threshold) > TOLERANCE) expect(got.answered).toBe(answered);
    for (const { id, probability } of top) {
      const ours = got.matches.find((match) => match.id === id)?.probability ?? NaN;
      expect(Math.abs(ours - probability)).toBeLessThanOrEqual(TOLERANCE);
    }
  }

  it("gives Python's probabilities and similarities over /v2, and ranks as well", async () => {
    const rankings = await inferAll();
    for (const [at, one] of parity.entries()) expectAlike(rankings[at] as Ranking, one);
    const places = parity.flatMap(({ expected }, at) => {
      if (expected === undefined) return [];
      return [rankings[at]?.matches.findIndex(({ id }) => id === expected) ?? NaN];
    });
    expect(places.length).toBe(560);
    for (const within of [1, 2, 3]) {
      const share = places.filter((place) => place < within).length / places.length;
      const { value } = accuracy.find(
        ({ metric }: { metric: string }) => metric === `Acc@${within}`,
      );
      // Originals of one probability stand in any order.
      expect(Math.abs(share - value)).toBeLessThanOrEqual(0.01);
    }
  });

  it("gives Python's answers to single questions over /v1", async () => {
    for (const one of parity.filter((_, at) => at % 10 === 0)) {
      const answer = await server.post('/v1/faq/match', { question: one.question, top: 80 });
      expect(answer.status).toBe(200);
      expect(answer.json().model).toMatchObject({ name: 'faq-pairs', version: 1 });
      expectAlike(answer.json(), one);
    }
  });

  it('ranks every original over /score', async () => {
    const [one] = parity as [Parity];
    const answer = await server.post('/score', { input: one.question });
    const [rows] = answer.json().result as [[string, string, number][], string];
    expect(rows).toHaveLength(ORIGINALS);
    const matches = rows.map(([id, , probability]) => ({ id, probability }));
    expect(matches).toEqual(matches.toSorted((a, b) => b.probability - a.probability));
    expectAlike({ ...one, matches }, one);
  });

  it('gives each of many callers its own answer', async () => {
    const asked = parity.slice(0, 40);
    const answers = await Promise.all(
      asked.map(({ question }) => server.post('/v1/faq/match', { question, top: 80 })),
    );
    for (const [at, answer] of answers.entries()) expectAlike(answer.json(), asked[at] as Parity);
  });

  it.each([
    ['no word that it knows', '闭包是什么'],
    ['punctuation only', '???'],
    ['10,000 characters', 'closure '.repeat(1_250)],
  ])('answers a question of %s', async (_, question) => {
    const answer = await server.post('/v1/faq/match', { question });
    expect(answer.status).toBe(200);
    expect(answer.json().matches).toHaveLength(3);
  });

  it('does not answer a question without a word that it knows', async () => {
    const { answered, similarity } = (
      await server.post('/v1/faq/match', { question: '闭包是什么' })
    ).json();
    expect({ answered, similarity }).toEqual({ answered: false, similarity: 0 });
    expect(server.faults()).toEqual([]);
  });
});
