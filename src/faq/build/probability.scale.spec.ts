import { describe, expect, it } from '@jest/globals';
import { fitScale, probabilities, type Similarities } from './probability.scale.js';

const text = (cosines: number[], right: number): Similarities => ({
  cosines: Float32Array.from(cosines),
  right,
});

/** Two originals a cosine of .5 apart; the nearer one is right `right` times of `total`. */
const judged = (right: number, total: number) =>
  Array.from({ length: total }, (_, index) => text([0.75, 0.25], index < right ? 0 : 1));

describe('fitScale', () => {
  it('makes the probability what was observed', () => {
    const scale = fitScale(judged(900, 1000));
    // The odds of two originals are exp(scale * difference).
    expect(scale).toBeCloseTo(Math.log(9) / 0.5, 1);
    expect(probabilities(text([0.75, 0.25], 0), scale)[0]).toBeCloseTo(0.9, 2);
  });

  it('stays finite and grows with the evidence where every text is matched right', () => {
    // Platt's targets: 11 of 12, 101 of 102.
    expect(fitScale(judged(10, 10))).toBeCloseTo(Math.log(11) / 0.5, 2);
    expect(fitScale(judged(100, 100))).toBeCloseTo(Math.log(101) / 0.5, 2);
  });

  it('ends at the lowest scale where similarity misleads', () => {
    expect(fitScale(judged(0, 100))).toBeCloseTo(1, 3);
  });
});

describe('probabilities', () => {
  it('sum to 1 in the order of the cosines', () => {
    const [first = 0, second = 0, third = 0] = probabilities(text([0.2, 0.9, 0.5], 1), 20);
    expect(first + second + third).toBeCloseTo(1, 12);
    expect(second).toBeGreaterThan(third);
    expect(third).toBeGreaterThan(first);
  });
});
