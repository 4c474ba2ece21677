import { describe, expect, it } from '@jest/globals';
import { generator } from '../../test/support/random.js';
import { type Batch, resolveBatch, takeBatch } from './batcher.js';
import { FairQueue } from './fair.queue.js';
import { type Job, type JobResult, newJob } from './job.js';
import type { Tensors } from './tensor.js';

const known = { ownMs: () => 5 };

interface Answer {
  result?: JobResult;
  error?: unknown;
}

interface Request {
  readonly inputs: Tensors;
  readonly principal?: string;
  readonly deadlineAt?: number;
}

/** A job and what becomes of it. */
function ask({ inputs, ...options }: Request): { job: Job; answer: Answer } {
  const answer: Answer = {};
  const settle = {
    resolve: (result: JobResult) => (answer.result = result),
    reject: (error: unknown) => (answer.error = error),
  };
  const { signal } = new AbortController();
  return { job: newJob(inputs, { ...options, signal }, settle), answer };
}

const numbers = (...values: number[]): Tensors => ({
  x: { datatype: 'FP32', shape: [values.length, 1], data: Float32Array.from(values) },
});

function queueOf(...jobs: Job[]): FairQueue<Job> {
  const queue = new FairQueue<Job>();
  for (const job of jobs) queue.push(job);
  return queue;
}

/** What a graph that doubles gives for a batch. */
function double({ inputs }: Batch): Tensors {
  const [x] = Object.values(inputs);
  if (x === undefined || !(x.data instanceof Float32Array)) return inputs;
  return { y: { ...x, data: x.data.map((value) => 2 * value) } };
}

describe('the batcher', () => {
  it('fills a batch and says why it released it', () => {
    const jobs = [1, 2, 3].map((value) => ask({ inputs: numbers(value) }).job);
    const queue = queueOf(...jobs);
    expect(takeBatch(queue, { ...known, maxRows: 2 })).toMatchObject({ rows: 2, reason: 'full' });
    expect(takeBatch(queue, { ...known, maxRows: 2 })).toMatchObject({
      rows: 1,
      reason: 'queue-empty',
    });
    expect(takeBatch(queue, { ...known, maxRows: 2 })).toBeUndefined();
  });

  it('says when rows have waited for others in vain, and when others did not fit', () => {
    const waited = queueOf(ask({ inputs: numbers(1) }).job);
    expect(takeBatch(waited, { ...known, maxRows: 2, waited: true })?.reason).toBe('wait-over');
    const large = queueOf(ask({ inputs: numbers(1) }).job, ask({ inputs: numbers(1, 2) }).job);
    expect(takeBatch(large, { ...known, maxRows: 2 })?.reason).toBe('next-does-not-fit');
  });

  it('never mixes names, types or shapes', () => {
    const data = new Float32Array(2);
    const kinds: Tensors[] = [
      { x: { datatype: 'FP32', shape: [1, 2], data } },
      { x: { datatype: 'FP32', shape: [1, 2, 1], data } },
      { y: { datatype: 'FP32', shape: [1, 2], data } },
      { x: { datatype: 'INT32', shape: [1, 2], data: new Int32Array(2) } },
      { x: { datatype: 'FP32', shape: [1, 2], data }, z: { datatype: 'BOOL', shape: [1], data } },
    ];
    const queue = queueOf(...[...kinds, ...kinds].map((inputs) => ask({ inputs }).job));
    for (const inputs of kinds) {
      const batch = takeBatch(queue, { ...known, maxRows: 8 });
      expect(batch?.jobs.map((job) => job.inputs)).toEqual([inputs, inputs]);
    }
  });

  it('runs a job that has failed before on its own', () => {
    const [first, second] = [ask({ inputs: numbers(1) }).job, ask({ inputs: numbers(2) }).job];
    const queue = queueOf(second);
    first.alone = true;
    queue.pushFirst(first);
    expect(takeBatch(queue, { ...known, maxRows: 8 })).toMatchObject({ rows: 1, reason: 'retry' });
  });

  it('does not run what cannot be answered in time while others wait', () => {
    const tight = () => ask({ inputs: numbers(1), deadlineAt: performance.now() + 100 });
    const [late, other, last] = [tight(), ask({ inputs: numbers(2) }), tight()];
    const slow = { maxRows: 1, ownMs: () => 1000 };
    const queue = queueOf(late.job, other.job);
    expect(takeBatch(queue, slow)?.jobs).toEqual([other.job]);
    expect(late.answer.error).toMatchObject({ code: 'deadline-passed' });
    // Nobody would gain from dropping it.
    expect(takeBatch(queueOf(last.job), slow)?.jobs).toEqual([last.job]);
  });

  it('refuses an output that cannot be divided', () => {
    const queue = queueOf(ask({ inputs: numbers(1) }).job, ask({ inputs: numbers(2) }).job);
    const batch = takeBatch(queue, { ...known, maxRows: 8 }) as Batch;
    const outputs = { mean: { datatype: 'FP32' as const, shape: [1], data: new Float32Array(1) } };
    expect(() => resolveBatch(batch, outputs, 0, 1)).toThrow('does not count rows');
  });

  it('gives everybody the own answer, whatever comes together', () => {
    const random = generator(3);
    for (let round = 0; round < 30; round += 1) {
      const maxRows = 1 + Math.floor(random() * 8);
      const asked = Array.from({ length: 60 }, (_, call) => {
        const own = Array.from(
          { length: 1 + Math.floor(random() * 5) },
          (_row, i) => call * 10 + i,
        );
        const wide = random() < 0.3;
        const inputs: Tensors = wide
          ? {
              x: {
                datatype: 'FP32',
                shape: [own.length, 2],
                data: Float32Array.from(own.flatMap((value) => [value, -value])),
              },
            }
          : numbers(...own);
        const deadlineAt = random() < 0.1 ? 1 : Infinity;
        return { ...ask({ inputs, principal: `p${call % 4}`, deadlineAt }), inputs, deadlineAt };
      });
      const queue = queueOf(...asked.map(({ job }) => job));
      for (const { job } of asked) if (random() < 0.1) queue.remove(job);
      const left = queue.rows;
      let ran = 0;
      for (;;) {
        const batch = takeBatch(queue, { ...known, maxRows });
        if (batch === undefined) break;
        ran += batch.rows;
        if (batch.jobs.length > 1) expect(batch.rows).toBeLessThanOrEqual(maxRows);
        resolveBatch(batch, double(batch), 0, 1);
      }
      expect(ran).toBeLessThanOrEqual(left);
      for (const { inputs, answer, deadlineAt } of asked) {
        if (deadlineAt === 1) expect(answer.result).toBeUndefined();
        const got = answer.result?.outputs['y'];
        if (got === undefined) continue;
        const { shape, data } = inputs['x'] ?? { shape: [], data: [] };
        expect(got.shape).toEqual(shape);
        expect([...got.data]).toEqual([...data].map((value) => 2 * Number(value)));
      }
      const settled = asked.filter(({ answer }) => answer.result !== undefined);
      expect(settled.reduce((sum, { job }) => sum + job.rows, 0)).toBe(ran);
    }
  });
});
