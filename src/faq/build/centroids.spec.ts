import { describe, expect, it } from '@jest/globals';
import { allCentroids, centroid, cosines } from './centroids.js';

const vector = (...values: number[]) => Float32Array.from(values);

describe('centroid', () => {
  it('is the mean, scaled to length 1', () => {
    const [x = 0, y = 0] = centroid([vector(1, 0), vector(0, 1)]);
    expect(x).toBeCloseTo(Math.SQRT1_2, 6);
    expect(y).toBeCloseTo(Math.SQRT1_2, 6);
  });

  it('leaves a single unit vector as it is', () => {
    expect([...centroid([vector(0, 1)])]).toEqual([0, 1]);
  });

  it('is zero, not NaN, where vectors cancel out', () => {
    expect([...centroid([vector(1, 0), vector(-1, 0)])]).toEqual([0, 0]);
  });
});

describe('allCentroids', () => {
  it('counts an original like one of its duplicates', () => {
    const [first] = allCentroids([
      { original: vector(1, 0), duplicates: [vector(0, 1), vector(0, 1)] },
    ]);
    expect(first?.[0]).toBeCloseTo(1 / Math.sqrt(5), 6);
    expect(first?.[1]).toBeCloseTo(2 / Math.sqrt(5), 6);
  });
});

describe('cosines', () => {
  it('are the dot products with each row', () => {
    const found = [...cosines([vector(1, 0), vector(0.6, 0.8)], vector(0, 1))];
    expect(found[0]).toBe(0);
    expect(found[1]).toBeCloseTo(0.8, 6);
  });
});
