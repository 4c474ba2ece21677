import { describe, expect, it } from '@jest/globals';
import { classify } from './classification.js';

describe('a classification', () => {
  it('names the largest values of each row, largest first', () => {
    const data = Float32Array.of(1.1, 3.3, 0.5, 2.4, 9, 8, 7, 6);
    const tensor = classify({ datatype: 'FP32', shape: [2, 4], data }, 2, ['a', 'b', 'c']);
    expect(tensor).toEqual({
      datatype: 'BYTES',
      shape: [2, 2],
      data: ['3.3:1:b', '2.4:3', '9:0:a', '8:1:b'],
    });
  });

  it('writes integers of 64 bits exactly and has no more classes than there are', () => {
    const data = BigInt64Array.of(9007199254740993n, 1n);
    const { data: texts } = classify({ datatype: 'INT64', shape: [1, 2], data }, 9);
    expect(texts).toEqual(['9007199254740993:0', '1:1']);
  });

  it('has no rows where there are none', () => {
    const none = classify({ datatype: 'FP32', shape: [0, 3], data: new Float32Array(0) }, 2);
    expect(none).toEqual({ datatype: 'BYTES', shape: [0, 0], data: [] });
  });
});
