import { describe, expect, it } from '@jest/globals';
import { type GoldenCase, readCases, stackCases } from './tensor.golden.js';

const one = (values: number[], width = 1): GoldenCase => {
  const shape = [values.length / width, width];
  const tensor = { datatype: 'FP32' as const, shape, data: Float32Array.from(values) };
  return { inputs: { x: tensor }, outputs: { y: tensor } };
};

describe('golden cases', () => {
  it('are stacked as far as their shapes agree and the rows fit', () => {
    const stacked = stackCases([one([1, 2]), one([9, 9], 2), one([3]), one([4, 5, 6])], 4);
    expect(stacked?.inputs['x']).toMatchObject({ shape: [3, 1], data: Float32Array.of(1, 2, 3) });
    expect(stacked?.outputs['y']).toMatchObject({ shape: [3, 1] });
  });

  it('are stacked upon themselves where there is one only', () => {
    expect(stackCases([one([1])], 4)?.inputs['x']?.data).toEqual(Float32Array.of(1, 1));
  });

  it('are not stacked where two do not fit', () => {
    expect(stackCases([one([1, 2]), one([3, 4])], 3)).toBeUndefined();
  });

  it('are refused with the place of a wrong tensor', () => {
    const tensor = { datatype: 'INT8', shape: [1], data: [300] };
    const golden = { tolerance: 1e-3, cases: [{ inputs: { x: tensor }, outputs: {} }] };
    expect(() => readCases(golden)).toThrow(
      'golden.json: cases/0/inputs/x: 300 is not an integer of INT8',
    );
  });
});
