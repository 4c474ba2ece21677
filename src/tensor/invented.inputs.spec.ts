import { describe, expect, it } from '@jest/globals';
import type { Datatype } from '../engine/tensor.js';
import { inventInputs, inventions } from './invented.inputs.js';

const signature = (...shape: number[]) => ({
  inputs: [
    { name: 'x', datatype: 'FP32' as Datatype, shape },
    { name: 'text', datatype: 'BYTES' as Datatype, shape },
  ],
});

describe('made-up inputs', () => {
  const [random, zeros] = inventions(signature(-1, 2));

  it('are one row in the shape of the graph, the same each time', () => {
    if (random === undefined) throw new Error('there is no way of making inputs up');
    const inputs = inventInputs(signature(-1, 2), random, 1);
    expect(inputs['x']?.shape).toEqual([1, 2]);
    expect(inputs['text']?.data).toEqual([
      expect.stringMatching(/^[a-z]$/),
      expect.stringMatching(/^[a-z]$/),
    ]);
    expect(inventInputs(signature(-1, 2), random, 1)).toEqual(inputs);
    expect(inventInputs(signature(-1, 2), random, 2)).not.toEqual(inputs);
    expect(inventInputs(signature(4), random, 1)['x']?.shape).toEqual([4]);
    expect(inventInputs(signature(), random, 1)['x']?.data).toHaveLength(1);
  });

  it('are tried as zeros and empty texts too', () => {
    expect(zeros && inventInputs(signature(-1, 2), zeros, 1)).toMatchObject({
      x: { data: Float32Array.of(0, 0) },
      text: { data: ['', ''] },
    });
  });

  it('try several sides of a free dimension, and only there', () => {
    expect(inventions(signature(-1, 2))).toHaveLength(2);
    expect(inventions(signature(-1, -1)).map(({ side }) => side)).toEqual([1, 1, 32, 32, 224, 224]);
  });
});
