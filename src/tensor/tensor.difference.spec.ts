import { describe, expect, it } from '@jest/globals';
import type { Tensor } from '../engine/tensor.js';
import { differenceOf } from './tensor.difference.js';

const reals = (...values: number[]): Tensor => ({
  datatype: 'FP32',
  shape: [values.length / 2, 2],
  data: Float32Array.from(values),
});

describe('the difference of two tensors', () => {
  it('overlooks what lies within the tolerance, relative for large and absolute for small numbers', () => {
    expect(differenceOf(reals(1000, 0), reals(1000.9, 0.0009), 1e-3)).toBeUndefined();
  });

  it('names the first element outside, in row and column', () => {
    expect(differenceOf(reals(1, 2, 3, 4), reals(1, 2, 3, 4.5), 1e-3)).toEqual({
      expected: '4 at [1, 1]',
      got: '4.5',
    });
  });

  it('takes NaN and infinities for themselves only', () => {
    expect(differenceOf(reals(NaN, Infinity), reals(NaN, Infinity), 1)).toBeUndefined();
    expect(differenceOf(reals(NaN, 0), reals(0, 0), 1)?.got).toBe('0');
    expect(differenceOf(reals(0, 0), reals(NaN, 0), 1)?.got).toBe('NaN');
  });

  it('demands equal integers and texts whatever the tolerance', () => {
    const integers = (value: bigint): Tensor => ({
      datatype: 'INT64',
      shape: [1],
      data: BigInt64Array.of(value),
    });
    expect(differenceOf(integers(2n ** 60n), integers(2n ** 60n + 1n), 1)).toBeDefined();
    const texts = (value: string): Tensor => ({ datatype: 'BYTES', shape: [1], data: [value] });
    expect(differenceOf(texts('yes'), texts('no'), 1)).toEqual({
      expected: 'yes at [0]',
      got: 'no',
    });
  });

  it('compares halves as numbers', () => {
    const half = (bits: number): Tensor => ({
      datatype: 'FP16',
      shape: [1],
      data: Uint16Array.of(bits),
    });
    expect(differenceOf(half(0x3c00), half(0x3c01), 1e-2)).toBeUndefined();
    expect(differenceOf(half(0x3c00), half(0xbc00), 1e-2)?.got).toBe('-1');
  });

  it('tells datatype and shape before elements', () => {
    const got: Tensor = { datatype: 'FP32', shape: [2], data: Float32Array.of(1, 2) };
    expect(differenceOf(reals(1, 2), got, 1)).toEqual({ expected: 'FP32 [1, 2]', got: 'FP32 [2]' });
  });
});
