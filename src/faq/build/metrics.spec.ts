import { describe, expect, it } from '@jest/globals';
import {
  accuracyAt,
  areaUnderRoc,
  expectedCalibrationError,
  meanReciprocalRank,
  rankOf,
  youdenCut,
} from './metrics.js';

describe('rankOf', () => {
  it('counts the scores above the right one', () => {
    expect(rankOf([0.1, 0.9, 0.5], 1)).toBe(1);
    expect(rankOf([0.1, 0.9, 0.5], 2)).toBe(2);
    expect(rankOf([0.1, 0.9, 0.5], 0)).toBe(3);
  });

  it('lets the lower index win among equals', () => {
    expect(rankOf([0.5, 0.5, 0.5], 0)).toBe(1);
    expect(rankOf([0.5, 0.5, 0.5], 2)).toBe(3);
  });
});

describe('accuracyAt and meanReciprocalRank', () => {
  const ranks = [1, 2, 4, 1];

  it('gives the share of ranks within k', () => {
    expect([1, 2, 3, 4].map((k) => accuracyAt(k, ranks))).toEqual([0.5, 0.75, 0.75, 1]);
  });

  it('gives the mean of 1 / rank', () => {
    expect(meanReciprocalRank(ranks)).toBeCloseTo((1 + 1 / 2 + 1 / 4 + 1) / 4, 12);
  });
});

describe('expectedCalibrationError', () => {
  it('is the gap between probability and success, weighted by bin', () => {
    // Bin .8 to .9: mean .85, half right, gap .35, half of all. Bin .2 to .3: .25, none right.
    const given = [
      { probability: 0.82, right: true },
      { probability: 0.88, right: false },
      { probability: 0.25, right: false },
      { probability: 0.25, right: false },
    ];
    expect(expectedCalibrationError(given)).toBeCloseTo(0.5 * 0.35 + 0.5 * 0.25, 12);
  });

  it('puts a probability of 1 into the last bin', () => {
    expect(expectedCalibrationError([{ probability: 1, right: true }])).toBe(0);
    expect(expectedCalibrationError([{ probability: 1, right: false }])).toBe(1);
  });

  it('does not let bins make up for each other', () => {
    const given = [
      { probability: 0.95, right: false },
      { probability: 0.05, right: true },
    ];
    expect(expectedCalibrationError(given)).toBeCloseTo(0.95, 12);
    expect(expectedCalibrationError(given, 1)).toBeCloseTo(0, 12);
  });
});

describe('areaUnderRoc', () => {
  it('is the share of pairs in the right order', () => {
    // Of six pairs .8 wins three and .3 wins two.
    expect(areaUnderRoc([0.8, 0.3], [0.1, 0.2, 0.5])).toBeCloseTo(5 / 6, 12);
  });

  it('counts a tie half', () => {
    expect(areaUnderRoc([0.5], [0.5])).toBe(0.5);
    expect(areaUnderRoc([0.5, 0.9], [0.5, 0.1])).toBeCloseTo(3.5 / 4, 12);
  });
});

describe('youdenCut', () => {
  it('cuts midway between separated scores', () => {
    const cut = youdenCut([0.8, 0.7], [0.3, 0.1]);
    expect(cut.threshold).toBeCloseTo(0.5, 12);
    expect(cut).toMatchObject({ truePositiveRate: 1, falsePositiveRate: 0 });
  });

  it('takes the cut with the largest difference of the rates', () => {
    // Above .55: 3 of 4 against 1 of 4. Above .45: 3 of 4 against 2 of 4. Above .75: 1 of 4, 0.
    const cut = youdenCut([0.9, 0.7, 0.6, 0.2], [0.65, 0.5, 0.4, 0.1]);
    expect(cut.threshold).toBeCloseTo(0.55, 12);
    expect(cut).toMatchObject({ truePositiveRate: 0.75, falsePositiveRate: 0.25 });
  });

  it('keeps the asked share of positives', () => {
    // Above .45 two negatives come along; the cut at .55 would have cost a third of the positives.
    const cut = youdenCut([0.9, 0.6, 0.5], [0.55, 0.52, 0.4], 0.9);
    expect(cut.threshold).toBeCloseTo(0.45, 12);
    expect(cut).toMatchObject({ truePositiveRate: 1, falsePositiveRate: 2 / 3 });
  });

  it('lets everything through where scores tell nothing', () => {
    const cut = youdenCut([0.5, 0.5], [0.5]);
    expect(cut).toEqual({ threshold: 0.5, truePositiveRate: 1, falsePositiveRate: 1 });
  });
});
