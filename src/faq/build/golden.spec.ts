import { describe, expect, it } from '@jest/globals';
import { goldenCases } from './golden.js';
import type { OriginalQuestion } from './questions.reader.js';

const originals = (count: number): OriginalQuestion[] =>
  Array.from({ length: count }, (_, index) => ({
    id: String(index),
    answerId: String(100 + index),
    raw: `question ${index}`,
    clean: `question ${index}`,
    answer: 'answer',
    duplicates: [{ raw: `duplicate ${index}`, clean: `duplicate ${index}` }],
  }));

/** Answers with a similarity by question. */
const scorer = (similarityOf: (question: string) => number) => ({
  score: ({ question }: { question: string }) => {
    const match = { id: '1', answerId: '2', question, answer: 'a', probability: 0.123456789 };
    const similarity = similarityOf(question);
    return Promise.resolve({ answered: similarity >= 0.5, similarity, matches: [match] });
  },
});

describe('goldenCases', () => {
  it('spreads five questions over the list', async () => {
    const cases = await goldenCases(
      scorer(() => 0.9),
      originals(20),
      { threshold: 0.5 },
    );
    expect(cases.map(({ question }) => question)).toEqual([
      'duplicate 0',
      'duplicate 4',
      'duplicate 8',
      'duplicate 12',
      'duplicate 16',
    ]);
    expect(cases[0]).toEqual({
      question: 'duplicate 0',
      answered: true,
      similarity: 0.9,
      expect: [{ id: '1', probability: 0.123457 }],
    });
  });

  it('passes over questions near the threshold', async () => {
    const near = new Set(['duplicate 0', 'duplicate 8']);
    const cases = await goldenCases(
      scorer((question) => (near.has(question) ? 0.52 : 0.9)),
      originals(20),
      { threshold: 0.5 },
    );
    expect(cases).toHaveLength(5);
    expect(cases.every(({ similarity }) => similarity === 0.9)).toBe(true);
  });

  it('takes questions near the threshold where there are no others', async () => {
    const cases = await goldenCases(
      scorer(() => 0.52),
      originals(2),
      { threshold: 0.5 },
    );
    expect(cases).toHaveLength(2);
  });
});
