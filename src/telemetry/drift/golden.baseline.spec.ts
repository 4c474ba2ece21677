import { describe, expect, it } from '@jest/globals';
import { goldenBaseline } from './golden.baseline.js';

describe('the baseline of golden inputs', () => {
  it('is how sure the expected answers are', () => {
    const probabilities = (...of: number[]) => of.map((probability) => ({ probability }));
    const baseline = goldenBaseline({
      cases: [
        { answered: true, expect: probabilities(0.1, 0.85) },
        { answered: false, expect: probabilities(0.31) },
      ],
    });
    expect(baseline?.bins).toEqual([0, 0, 0, 1, 0, 0, 0, 0, 1, 0]);
    expect(baseline).toMatchObject({ inputs: 2, questions: 2, answered: 1 });
  });

  it('does not exist where answers have no probability', () => {
    expect(goldenBaseline({ cases: [{ inputs: {}, outputs: {} }] })).toBeUndefined();
    expect(goldenBaseline(undefined)).toBeUndefined();
  });
});
