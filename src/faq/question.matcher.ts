import type { Signature } from '../engine/runtime.protocol.js';
import type { Tensors } from '../engine/tensor.js';

/** How well the originals match one question. */
export interface Matching {
  /** Of each original, in their order; 0 to 1. */
  readonly probabilities: ArrayLike<number>;
  /** Of the nearest original; below the model's threshold nothing matches. */
  readonly similarity: number;
}

/** What a question becomes for the graphs of a model, and what their outputs say of the originals. */
export interface QuestionMatcher {
  /** One row for a cleaned question. */
  tensors(text: string): Tensors;
  /** @param outputs of one row */
  read(outputs: Tensors): Matching;
}

/** @throws Error when the graphs lack an output or give it other columns */
export function requireOutput({ outputs }: Signature, name: string, columns: number): void {
  const found = outputs.find((output) => output.name === name)?.shape.at(-1);
  if (found === undefined) throw new Error(`the graphs have no output '${name}'`);
  if (found !== -1 && found !== columns) {
    throw new Error(`output '${name}' has ${found} columns, expected ${columns}`);
  }
}

export function highest(values: Float32Array): number {
  return values.reduce((best, value) => Math.max(best, value), -1);
}
