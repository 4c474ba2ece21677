import { describe, expect, it } from '@jest/globals';
import type { Tensors } from '../engine/tensor.js';
import { mapRows, runRows } from './row.runs.js';
import type { Timings } from './scorer.js';
import { ScoringError } from './scoring.errors.js';

/** Doubles its input and keeps what it was given at once. */
class DoublingEngine {
  readonly batches: number[] = [];
  running = 0;
  most = 0;

  async run({ x }: Tensors) {
    this.running += 1;
    this.most = Math.max(this.most, this.running);
    await new Promise(setImmediate);
    this.running -= 1;
    const data = x?.data as Float32Array;
    this.batches.push(data.length);
    const y = { datatype: 'FP32' as const, shape: [data.length], data: data.map((n) => n * 2) };
    return { outputs: { y }, queueMs: 1, inferMs: 2, batchRows: data.length };
  }
}

const rows = (count: number) => Float32Array.from({ length: count }, (_, index) => index);

describe('the rows of a request', () => {
  it.each([
    [1, 4, [1]],
    [4, 4, [4]],
    [9, 4, [4, 4, 1]],
  ])('of %i rows with %i a run are run as %j and put together', async (count, size, batches) => {
    const engine = new DoublingEngine();
    const timings: Timings = {};
    const call = { signal: new AbortController().signal, timings };
    const x = { datatype: 'FP32' as const, shape: [count], data: rows(count) };
    const { y } = await runRows(engine, { x }, size, call);
    expect(y?.shape).toEqual([count]);
    expect(Array.from(y?.data as Float32Array)).toEqual(Array.from(rows(count), (n) => n * 2));
    expect(engine.batches).toEqual(batches);
    const batchRows = Math.max(...batches);
    const expected = { queue: batches.length, infer: 2 * batches.length, rows: count, batchRows };
    expect(timings).toEqual(expected);
  });

  it('leave room for those of others', async () => {
    const engine = new DoublingEngine();
    const call = { signal: new AbortController().signal, timings: {} };
    const x = { datatype: 'FP32' as const, shape: [50], data: rows(50) };
    await runRows(engine, { x }, 1, call);
    expect(engine.most).toBe(4);
  });

  it('are numbered where one of several is wrong, and nothing is begun after it', async () => {
    let begun = 0;
    const work = async (row: number) => {
      begun += 1;
      if (row === 1) throw new ScoringError('bad-text', 'It is empty.');
      return row;
    };
    await expect(mapRows([...rows(50)], work)).rejects.toThrow('Row 1: It is empty.');
    expect(begun).toBeLessThan(10);
    await expect(mapRows([1], work)).rejects.toThrow(/^It is empty/);
  });
});
