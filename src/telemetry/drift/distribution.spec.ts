import { describe, expect, it } from '@jest/globals';
import { binOf, type Distribution, expectedIndex, stabilityIndex } from './distribution.js';

const of = (...bins: number[]): Distribution => {
  const inputs = bins.reduce((sum, count) => sum + count, 0);
  return { bins, inputs, questions: 0, answered: 0 };
};
const sure = of(0, 0, 0, 0, 0, 10, 20, 70, 200, 700);
const unsure = of(0, 0, 50, 150, 200, 250, 200, 100, 40, 10);

describe('the stability index', () => {
  it('is 0 for equal distributions and grows with what changed', () => {
    expect(stabilityIndex(sure, sure)).toBe(0);
    const slightly = of(0, 0, 0, 0, 0, 20, 30, 90, 210, 650);
    expect(stabilityIndex(slightly, sure)).toBeLessThan(0.1);
    expect(stabilityIndex(unsure, sure)).toBeGreaterThan(1);
  });

  it('stays finite with empty bins', () => {
    const low = of(100, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    expect(Number.isFinite(stabilityIndex(low, sure))).toBe(true);
  });

  it('is about what chance gives for samples of one distribution', () => {
    let state = 1;
    const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
    const sample = (size: number) => {
      const bins = Array.from({ length: 10 }, () => 0);
      for (let n = 0; n < size; n += 1) {
        const bin = binOf(random());
        bins[bin] = (bins[bin] ?? 0) + 1;
      }
      return of(...bins);
    };
    const rounds = 300;
    let sum = 0;
    for (let round = 0; round < rounds; round += 1) {
      sum += stabilityIndex(sample(500), sample(200));
    }
    const expected = expectedIndex(of(500), of(200));
    expect(sum / rounds / expected).toBeGreaterThan(0.85);
    expect(sum / rounds / expected).toBeLessThan(1.15);
  });
});

describe('a bin', () => {
  it('holds a tenth, the last one with its end', () => {
    expect([0, 0.05, 0.1, 0.95, 1].map(binOf)).toEqual([0, 0, 1, 9, 9]);
  });

  it('takes what rounding put outside', () => {
    expect([-0.0001, 1.0001].map(binOf)).toEqual([0, 9]);
  });
});
