import { describe, expect, it } from '@jest/globals';
import { warmSizes, zeroInputs } from './warm.up.js';

describe('warming up', () => {
  it.each([
    [1, [1]],
    [4, [1, 2, 3, 4]],
    [9, [1, 2, 3, 4, 5, 6, 7, 8, 9]],
    [64, [1, 2, 3, 4, 5, 6, 7, 8, 16, 32, 64]],
  ])('covers the sizes of runs of up to %i rows', (maxRows, sizes) => {
    expect(warmSizes(maxRows)).toEqual(sizes);
  });

  it('makes inputs of every kind, with some size for what is free', () => {
    const inputs = zeroInputs(
      [
        { name: 'image', datatype: 'UINT8', shape: [-1, 2, 2, 3] },
        { name: 'ids', datatype: 'INT64', shape: [-1, -1] },
        { name: 'text', datatype: 'BYTES', shape: [-1] },
        { name: 'fixed', datatype: 'FP32', shape: [1, 3] },
      ],
      2,
    );
    expect(inputs).toEqual({
      image: { datatype: 'UINT8', shape: [2, 2, 2, 3], data: new Uint8Array(24) },
      ids: { datatype: 'INT64', shape: [2, 16], data: new BigInt64Array(32) },
      text: { datatype: 'BYTES', shape: [2], data: ['', ''] },
      fixed: { datatype: 'FP32', shape: [1, 3], data: new Float32Array(3) },
    });
  });
});
