import { describe, expect, it } from '@jest/globals';
import { halfToNumber, numberToHalf } from './float16.js';

describe('half precision', () => {
  it.each([
    [0x0000, 0],
    [0x8000, -0],
    [0x3c00, 1],
    [0xc000, -2],
    [0x7bff, 65504],
    [0x0400, 2 ** -14],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
    [0x7e00, NaN],
  ])('reads and writes bits %i as %d', (half, value) => {
    expect(halfToNumber(half)).toBe(value);
    expect(numberToHalf(value)).toBe(half);
  });

  it('gives every finite value back unchanged', () => {
    const finite = Array.from({ length: 0x10000 }, (_, half) => half).filter(
      (half) => (half & 0x7c00) !== 0x7c00,
    );
    expect(finite.filter((half) => numberToHalf(halfToNumber(half)) !== half)).toEqual([]);
  });

  it.each([
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [2047.5, 0x6800],
    [65519, 0x7bff],
    [65520, 0x7c00],
    [2 ** -25, 0x0000],
    [3 * 2 ** -25, 0x0002],
  ])('rounds %d to the nearest, ties to even', (value, half) => {
    expect(numberToHalf(value)).toBe(half);
  });
});
