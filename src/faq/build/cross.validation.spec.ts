import { describe, expect, it } from '@jest/globals';
import { centroid, type EmbeddedOriginal } from './centroids.js';
import { calibrate } from './cross.validation.js';

/** Unit vector at an angle in a plane. */
const at = (degrees: number) => {
  const radians = (degrees * Math.PI) / 180;
  return Float32Array.of(Math.cos(radians), Math.sin(radians));
};

const group = (degrees: number, offsets: number[]): EmbeddedOriginal => ({
  original: at(degrees),
  duplicates: offsets.map((offset) => at(degrees + offset)),
});

const NEAR = [-4, -2, 2, 4];

describe('calibrate', () => {
  it('finds all duplicates of originals that lie apart', () => {
    const { figures, threshold } = calibrate([group(0, NEAR), group(90, NEAR), group(180, NEAR)]);
    expect(figures).toMatchObject({
      accuracyAt1: 1,
      accuracyAt3: 1,
      meanReciprocalRank: 1,
      areaUnderRoc: 1,
      answered: 1,
      answeredWithoutOriginal: 0,
    });
    // Midway between the least match, near 1, and the best no-match, cos(86 degrees).
    expect(threshold).toBeCloseTo((Math.cos(0.1) + Math.cos((86 / 180) * Math.PI)) / 2, 1);
  });

  it('scores a duplicate with centroids that have not seen it', () => {
    // The stray lies on the second original; only its own weight in the first would hold it.
    const stray = { original: at(0), duplicates: [at(90)] };
    const others = [group(80, [0, 0, 0]), group(200, NEAR)];
    const { figures } = calibrate([stray, ...others]);
    expect(centroid([at(0), at(90)])[0]).toBeCloseTo(Math.SQRT1_2, 6);
    expect(figures.accuracyAt1).toBeCloseTo(7 / 8, 12);
    expect(figures.accuracyAt2).toBe(1);
  });

  it('gives the same outcome again', () => {
    const groups = [group(0, [3, 30, 70, -9]), group(60, [5, -40, 20]), group(150, [9, -80])];
    expect(calibrate(groups)).toEqual(calibrate(groups));
  });

  it('gives finite figures for the smallest list', () => {
    const { figures, scale, threshold } = calibrate([group(0, NEAR), group(30, NEAR)]);
    for (const figure of [...Object.values(figures), scale, threshold]) {
      expect(Number.isFinite(figure)).toBe(true);
    }
  });

  it('gives finite figures where all duplicates belong to one original', () => {
    const { figures } = calibrate([group(0, [...NEAR, ...NEAR]), group(90, [])]);
    expect(figures).toMatchObject({ accuracyAt1: 1, areaUnderRoc: 1 });
  });
});
