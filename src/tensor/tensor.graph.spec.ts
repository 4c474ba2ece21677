import { describe, expect, it } from '@jest/globals';
import type { Signature } from '../engine/runtime.protocol.js';
import { graphOf } from './tensor.graph.js';

const signature = (rows: number): Signature => ({
  inputs: [{ name: 'x', datatype: 'FP32', shape: [rows, 4] }],
  outputs: [
    { name: 'label', datatype: 'INT64', shape: [rows] },
    { name: 'probabilities', datatype: 'FP32', shape: [rows, 3] },
  ],
});
const manifest = { graphs: ['model.onnx'], limits: { maxBatchRows: 1, maxWaitMs: 0 } };

describe('the graph of a tensor model', () => {
  it('shows every output in its own order, or those of the manifest in that order', () => {
    expect(graphOf(signature(-1), manifest).outputs.map(({ name }) => name)).toEqual([
      'label',
      'probabilities',
    ]);
    const chosen = graphOf(signature(-1), { ...manifest, outputs: ['probabilities'] });
    expect(chosen.outputs.map(({ name }) => name)).toEqual(['probabilities']);
  });

  it('takes as many rows as the manifest allows where the first dimension is free', () => {
    const batched = { ...manifest, limits: { maxBatchRows: 16, maxWaitMs: 0 } };
    expect(graphOf(signature(-1), batched)).toMatchObject({ isBatched: true, maxRows: 16 });
    expect(graphOf(signature(-1), manifest)).toMatchObject({ isBatched: true, maxRows: 1 });
  });

  it('takes the rows of the graph where they are fixed, and never batches', () => {
    expect(graphOf(signature(8), manifest)).toMatchObject({ isBatched: false, maxRows: 8 });
    expect(() =>
      graphOf(signature(8), { ...manifest, limits: { maxBatchRows: 2, maxWaitMs: 0 } }),
    ).toThrow("limits.maxBatchRows is 2, but 'x' [8, 4] has no free first dimension");
  });

  it('refuses outputs and labels that the graph does not have', () => {
    expect(() => graphOf(signature(-1), { ...manifest, outputs: ['score'] })).toThrow(
      "the graph has no output 'score'; it has: label, probabilities",
    );
    expect(() => graphOf(signature(-1), manifest, ['a', 'b', 'c'])).not.toThrow();
    expect(() => graphOf(signature(1), manifest, ['a', 'b'])).toThrow(
      'the labels file has 2 classes, no output has so many columns',
    );
  });

  it('demands named outputs of a chain, whose inner tensors nobody asks for', () => {
    const chain = { ...manifest, graphs: ['a.onnx', 'b.onnx'] };
    expect(() => graphOf(signature(-1), chain)).toThrow('must say which outputs callers get');
  });
});
