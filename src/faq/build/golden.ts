import type { EmbeddingManifest } from '../../registry/model.manifest.js';
import type { Scenarios } from '../../scoring/scorer.js';
import type { FaqScorer } from '../faq.scorer.js';
import type { OriginalQuestion } from './questions.reader.js';

/** Processors round int8 arithmetic otherwise; the answers of two of them differ by less. */
export const TOLERANCE = 0.05;
const CASES = 5;
const MATCHES = 3;

interface GoldenCase {
  readonly question: string;
  readonly answered: boolean;
  readonly similarity: number;
  readonly expect: readonly { readonly id: string; readonly probability: number }[];
}

/**
 * Questions spread over the list with the answers of its scorer. One whose similarity is so near
 * the threshold that another processor could answer otherwise is passed over if it can be.
 */
export async function goldenCases(
  scorer: Pick<FaqScorer, 'score'>,
  questions: readonly OriginalQuestion[],
  { threshold }: Pick<EmbeddingManifest, 'threshold'>,
): Promise<GoldenCase[]> {
  const clear: GoldenCase[] = [];
  const near: GoldenCase[] = [];
  for (const question of spread(
    questions.map(({ duplicates: [first], raw }) => first?.raw ?? raw),
  )) {
    if (clear.length === CASES) break;
    const call = { signal: new AbortController().signal, timings: {} };
    const golden = caseOf(question, await scorer.score({ question, top: MATCHES }, call));
    const isNear = Math.abs(golden.similarity - threshold) < 2 * TOLERANCE;
    (isNear ? near : clear).push(golden);
  }
  return [...clear, ...near].slice(0, CASES);
}

function caseOf(question: string, result: Scenarios['faq']['result']): GoldenCase {
  const { answered, similarity, matches } = result;
  const expect = matches.map(({ id, probability }) => ({ id, probability: round(probability) }));
  return { question, answered, similarity: round(similarity), expect };
}

/** The same items in an order whose beginning is spread evenly over all. */
function spread<T>(items: readonly T[]): T[] {
  const step = Math.max(1, Math.floor(items.length / CASES));
  const order = items.map((item, index) => ({ item, turn: index % step, index }));
  return order.toSorted((a, b) => a.turn - b.turn || a.index - b.index).map(({ item }) => item);
}

function round(value: number): number {
  return Number(value.toFixed(6));
}
