import { describe, expect, it } from '@jest/globals';
import type { Signature } from '../engine/runtime.protocol.js';
import type { PairsManifest } from '../registry/model.manifest.js';
import { PairsMatcher } from './pairs.matcher.js';

const manifest = {
  question: 'asked',
  probability: 'chance',
  similarity: 'cosine',
} as PairsManifest;

const signature = (change: Partial<Signature> = {}): Signature => {
  return {
    inputs: [{ name: 'asked', datatype: 'BYTES', shape: [-1] }],
    outputs: ['chance', 'cosine'].map((name) => ({ name, datatype: 'FP32', shape: [-1, 3] })),
    ...change,
  };
};

const row = (...data: number[]) => {
  return { datatype: 'FP32', shape: [1, 3], data: Float32Array.from(data) } as const;
};

describe('PairsMatcher', () => {
  it('asks with the question in lower case', () => {
    const matcher = PairsMatcher.open(manifest, 3, signature());
    expect(matcher.tensors('What is NaN?')).toEqual({
      asked: { datatype: 'BYTES', shape: [1], data: ['what is nan?'] },
    });
  });

  it('takes the probabilities as they are and the highest cosine for the similarity', () => {
    const matcher = PairsMatcher.open(manifest, 3, signature());
    const matching = matcher.read({ chance: row(0.25, 0.5, 0.75), cosine: row(0, 0.5, 0.25) });
    expect(matching).toEqual({
      probabilities: Float32Array.of(0.25, 0.5, 0.75),
      similarity: 0.5,
    });
  });

  it.each([
    ['no input of its name', { inputs: [] }, "no input 'asked' of texts [N]"],
    [
      'an input of numbers',
      { inputs: [{ name: 'asked', datatype: 'FP32' as const, shape: [-1] }] },
      "no input 'asked' of texts [N]",
    ],
    ['no output of its name', { outputs: [] }, "no output 'chance'"],
  ])('refuses graphs with %s', (_, change, reason) => {
    expect(() => PairsMatcher.open(manifest, 3, signature(change))).toThrow(reason);
  });

  it('refuses graphs for other originals', () => {
    expect(() => PairsMatcher.open(manifest, 4, signature())).toThrow(
      "output 'chance' has 3 columns, expected 4",
    );
  });
});
