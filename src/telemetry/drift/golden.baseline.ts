import { z } from 'zod';
import { binOf, BINS, type Distribution } from './distribution.js';

/** What the golden files of all kinds have in common; kinds without probabilities have no baseline. */
const goldenCases = z.object({
  cases: z.array(
    z.object({
      answered: z.boolean().optional(),
      expect: z.array(z.object({ probability: z.number() })).min(1),
    }),
  ),
});

/**
 * The distribution of the answers that the golden inputs must get, and got when the version proved
 * itself.
 * @param golden content of golden.json
 */
export function goldenBaseline(golden: unknown): Distribution | undefined {
  const parsed = goldenCases.safeParse(golden);
  if (!parsed.success) return undefined;
  const { cases } = parsed.data;
  const bins = Array.from({ length: BINS }, () => 0);
  for (const { expect } of cases) {
    const bin = binOf(Math.max(...expect.map(({ probability }) => probability)));
    bins[bin] = (bins[bin] ?? 0) + 1;
  }
  const questions = cases.filter(({ answered }) => answered !== undefined).length;
  const answered = cases.filter((one) => one.answered === true).length;
  return { bins, inputs: cases.length, questions, answered };
}
