import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { EngineModel, type EngineModelOptions } from '../src/engine/engine.model.js';
import { UNOBSERVED } from '../src/engine/engine.observer.js';

const program = fileURLToPath(new URL('fixtures/runtime/fake.runtime.mjs', import.meta.url));
const never = () => new AbortController().signal;

/** Rows of one number each. */
const rows = (...values: number[]) => ({
  x: { datatype: 'FP32' as const, shape: [values.length, 1], data: Float32Array.from(values) },
});

describe('the engine', () => {
  let model: EngineModel | undefined;
  afterEach(async () => {
    await model?.close();
    model = undefined;
  });

  async function open(options: Partial<EngineModelOptions> = {}): Promise<EngineModel> {
    model = await EngineModel.open({
      model: { name: 'fake', version: 1 },
      observer: UNOBSERVED,
      chain: { files: [], executionProviders: ['cpu'], threads: 1 },
      instances: 1,
      maxBatchRows: 8,
      queueMaxRows: 10_000,
      program,
      ...options,
    });
    return model;
  }

  const values = ({ outputs }: { outputs: Record<string, { data: ArrayLike<unknown> }> }) =>
    Array.from(outputs['y']?.data ?? []);

  it('stacks what came while the last batch ran, up to the limit', async () => {
    const engine = await open();
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, i) => engine.run(rows(i + 1), never())),
    );
    expect(results.map(values)).toEqual(Array.from({ length: 20 }, (_, i) => [2 * (i + 1)]));
    expect(results.map(({ batchRows }) => batchRows)).toEqual([1, ...Array(16).fill(8), 3, 3, 3]);
  });

  it('runs a request that is larger than a batch on its own', async () => {
    const engine = await open({ maxBatchRows: 2 });
    const large = Array.from({ length: 9 }, (_, i) => i + 1);
    const [first, second] = await Promise.all([
      engine.run(rows(1), never()),
      engine.run(rows(...large), never()),
    ]);
    expect(values(first)).toEqual([2]);
    expect(values(second)).toEqual(large.map((value) => value * 2));
  });

  it('gives a failing row its own error and everybody else their answers', async () => {
    const engine = await open();
    const calls = [1, 2, -2, 4, 5].map((value) => engine.run(rows(value), never()));
    const settled = await Promise.allSettled(calls);
    expect(settled.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    expect(settled[2]).toMatchObject({ reason: { code: 'run-failed', message: 'a row is wrong' } });
  });

  it('outlives a row that kills its process and tries the others again', async () => {
    const engine = await open({ instances: 2 });
    const calls = [1, -1, 3, 4, 5, 6].map((value) => engine.run(rows(value), never()));
    const settled = await Promise.allSettled(calls);
    expect(settled[1]).toMatchObject({ status: 'rejected', reason: { code: 'instance-lost' } });
    const others = settled.filter((_, index) => index !== 1);
    expect(others.map(({ status }) => status)).toEqual(Array(5).fill('fulfilled'));
  });

  it('is not healthy while no instance is up, and is again after the restart', async () => {
    const engine = await open();
    await expect(engine.run(rows(-1), never())).rejects.toMatchObject({ code: 'instance-lost' });
    expect(engine.healthy).toBe(false);
    await expect(engine.run(rows(1), never())).rejects.toMatchObject({ code: 'unavailable' });
    for (let tries = 0; !engine.healthy && tries < 100; tries += 1) await sleep(50);
    expect(values(await engine.run(rows(7), never()))).toEqual([14]);
  });

  it('refuses rows above the queue limit at once, with an estimate', async () => {
    const engine = await open({ queueMaxRows: 3 });
    const running = engine.run(rows(-3), never());
    const waiting = [1, 2, 3].map((value) => engine.run(rows(value), never()));
    await expect(engine.run(rows(4), never())).rejects.toMatchObject({
      code: 'queue-full',
      retryAfterMs: expect.any(Number),
    });
    await Promise.all([running, ...waiting]);
  });

  it('drops rows whose caller has gone before they run', async () => {
    const engine = await open({ queueMaxRows: 2 });
    const gone = new AbortController();
    const running = engine.run(rows(-3), never());
    const dropped = engine.run(rows(1), gone.signal);
    gone.abort(new Error('hung up'));
    await expect(dropped).rejects.toThrow('hung up');
    // Its place in the queue is free again.
    const after = await Promise.all([engine.run(rows(2), never()), engine.run(rows(3), never())]);
    expect(after.map(values)).toEqual([[4], [6]]);
    expect(after[0]?.batchRows).toBe(2);
    await running;
  });

  it('answers what was accepted when it closes, and nothing after', async () => {
    const engine = await open();
    const calls = [-3, 1, 2].map((value) => engine.run(rows(value), never()));
    const closing = engine.close();
    await expect(engine.run(rows(9), never())).rejects.toMatchObject({ code: 'unavailable' });
    expect((await Promise.all(calls)).map(values)).toEqual([[-6], [2], [4]]);
    await closing;
    model = undefined;
  });

  it('never mixes answers, whatever sizes, failures and hang-ups come together', async () => {
    const engine = await open({ instances: 2 });
    const random = generator(42);
    const calls = Array.from({ length: 400 }, async (_, call) => {
      await sleep(random() * 200);
      const own = Array.from(
        { length: 1 + Math.floor(random() * 5) },
        (_row, i) => call * 10 + i + 1,
      );
      const kind = random();
      if (kind < 0.03) own[0] = -2;
      const caller = new AbortController();
      if (kind > 0.9) setTimeout(() => caller.abort(new Error('hung up')), random() * 5);
      const outcome = await engine.run(rows(...own), caller.signal).then(values, String);
      if (own[0] === -2) expect(outcome).toMatch(/a row is wrong|hung up/);
      else if (outcome !== 'Error: hung up') expect(outcome).toEqual(own.map((value) => value * 2));
    });
    await Promise.all(calls);
  });
});

/** Numbers between 0 and 1, the same in every run (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
