import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { EngineModel, type EngineModelOptions } from '../src/engine/engine.model.js';
import { generator } from './support/random.js';
import { type RanBatch, type ReleaseReason, UNOBSERVED } from '../src/engine/engine.observer.js';
import type { InstancePlan } from '../src/engine/placement.js';

// Processes start slowly on a busy machine, and some of these tests start several.
jest.setTimeout(30_000);

const program = fileURLToPath(new URL('fixtures/runtime/fake.runtime.mjs', import.meta.url));
const never = () => ({ signal: new AbortController().signal });
const plans = (count: number, providers = ['cpu']): InstancePlan[] =>
  Array.from({ length: count }, (_, device) => ({ threads: [1], providers, device }));

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
      files: [],
      plans: plans(1),
      maxBatchRows: 8,
      maxWaitMs: 0,
      queueMaxRows: 10_000,
      runLimitMs: 30_000,
      fellBack: () => undefined,
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
    const engine = await open({ plans: plans(2) });
    const calls = [1, -1, 3, 4, 5, 6].map((value) => engine.run(rows(value), never()));
    const settled = await Promise.allSettled(calls);
    expect(settled[1]).toMatchObject({ status: 'rejected', reason: { code: 'instance-lost' } });
    const others = settled.filter((_, index) => index !== 1);
    expect(others.map(({ status }) => status)).toEqual(Array(5).fill('fulfilled'));
  });

  it.each([
    ['out of memory', -1],
    ['abort', -5],
    ['segmentation fault', -6],
  ])('gives a request that ends its process twice an error: %s', async (_fault, row) => {
    const engine = await open();
    await expect(engine.run(rows(row), never())).rejects.toMatchObject({ code: 'instance-lost' });
    expect(values(await engine.run(rows(7), never()))).toEqual([14]);
  });

  it('is not healthy while no instance is up, but keeps what can wait for the restart', async () => {
    const engine = await open();
    await expect(engine.run(rows(-1), never())).rejects.toMatchObject({ code: 'instance-lost' });
    expect(engine.healthy).toBe(false);
    const hurried = { ...never(), deadlineAt: performance.now() + 20 };
    await expect(engine.run(rows(1), hurried)).rejects.toMatchObject({
      code: 'unavailable',
      retryAfterMs: expect.any(Number),
    });
    const patient = { ...never(), deadlineAt: performance.now() + 20_000 };
    expect(values(await engine.run(rows(7), patient))).toEqual([14]);
    expect(engine.healthy).toBe(true);
  });

  it('replaces an instance that does not answer, and then gives up the request', async () => {
    const lost: string[] = [];
    const observer = { ...UNOBSERVED, instanceLost: () => lost.push('lost') };
    const engine = await open({ runLimitMs: 200, observer });
    const hung = engine.run(rows(-4), never());
    await expect(hung).rejects.toMatchObject({ code: 'instance-lost' });
    expect(lost).toHaveLength(2);
    expect(values(await engine.run(rows(7), never()))).toEqual([14]);
  });

  it('does not try a request again whose caller has gone', async () => {
    const engine = await open({ runLimitMs: 300 });
    const gone = new AbortController();
    const hung = engine.run(rows(-4), gone);
    gone.abort(new Error('hung up'));
    await expect(hung).rejects.toThrow('hung up');
    expect(values(await engine.run(rows(7), never()))).toEqual([14]);
    expect(engine.work).toMatchObject({ queuedRows: 0, runningRows: 0, instances: 1 });
  });

  it('refuses rows above the queue limit at once, with an estimate', async () => {
    const engine = await open({ queueMaxRows: 3 });
    await engine.run(rows(1), never());
    const running = engine.run(rows(-3), never());
    const waiting = [1, 2, 3].map((value) => engine.run(rows(value), never()));
    await expect(engine.run(rows(4), never())).rejects.toMatchObject({
      code: 'queue-full',
      retryAfterMs: expect.any(Number),
    });
    await Promise.all([running, ...waiting]);
  });

  it('refuses a deadline at once that what waits makes unreachable', async () => {
    const engine = await open({ maxBatchRows: 1 });
    await Promise.all([1, 2, 3].map(() => engine.run(rows(-3), never())));
    const waiting = Array.from({ length: 20 }, () => engine.run(rows(-3), never()));
    const asked = performance.now();
    await expect(
      engine.run(rows(4), { ...never(), deadlineAt: asked + 500 }),
    ).rejects.toMatchObject({ code: 'deadline-unreachable', retryAfterMs: expect.any(Number) });
    expect(performance.now() - asked).toBeLessThan(400);
    const reachable = engine.run(rows(4), { ...never(), deadlineAt: asked + 60_000 });
    expect(values(await reachable)).toEqual([8]);
    await Promise.all(waiting);
  });

  it('refuses before the rows are made, and counts those that are on their way', async () => {
    const engine = await open({ maxBatchRows: 1, queueMaxRows: 3 });
    const call = { ...never(), principal: 'one' };
    const running = engine.run(rows(-3), call);
    const place = engine.reserve(3, call);
    expect(() => engine.reserve(1, call)).toThrow('3 rows are waiting');
    await expect(engine.run(rows(1), call)).rejects.toMatchObject({ code: 'queue-full' });
    place[Symbol.dispose]();
    place[Symbol.dispose]();
    expect(values(await engine.run(rows(1, 2, 3), call))).toEqual([2, 4, 6]);
    await running;
  });

  it('lets nobody wait for what another principal has queued', async () => {
    const engine = await open({ maxBatchRows: 1, queueMaxRows: 100 });
    const order: string[] = [];
    const ask = (principal: string) =>
      engine.run(rows(1), { ...never(), principal }).then(() => order.push(principal));
    const heavy = Array.from({ length: 101 }, () => ask('heavy'));
    // The queue is full: the light one takes the place of the newest row.
    const light = ask('light');
    const refused = (await Promise.allSettled(heavy)).filter(({ status }) => status === 'rejected');
    await light;
    expect(order.indexOf('light')).toBeLessThan(5);
    expect(refused).toMatchObject([{ reason: { code: 'queue-full' } }]);
  });

  it('waits a little for further rows where it is told to', async () => {
    const reasons: ReleaseReason[] = [];
    const observer = { ...UNOBSERVED, ran: ({ reason }: RanBatch) => reasons.push(reason) };
    const engine = await open({ maxWaitMs: 100, maxBatchRows: 2, observer });
    const [first] = await Promise.all([
      engine.run(rows(1), never()),
      sleep(5).then(() => engine.run(rows(2), never())),
    ]);
    expect(first.batchRows).toBe(2);
    expect((await engine.run(rows(3), never())).batchRows).toBe(1);
    expect(reasons).toEqual(['full', 'wait-over']);
  });

  describe('with a GPU in front of the processors', () => {
    const cudaThenCpu = ['cuda', 'cpu'];

    it('pins an instance to each and says on what they run', async () => {
      const engine = await open({ plans: plans(2, cudaThenCpu) });
      expect(engine.work).toMatchObject({ instances: 2, providers: ['cuda'] });
      expect(values(await engine.run(rows(7), never()))).toEqual([14]);
    });

    it('falls back where the CPU is listed, and says so', async () => {
      const said: unknown[] = [];
      const fellBack = (...told: unknown[]) => said.push(told);
      const engine = await open({ files: ['no-gpu'], plans: plans(1, cudaThenCpu), fellBack });
      expect(engine.work.providers).toEqual(['cpu']);
      expect(said).toEqual([
        [{ name: 'fake', version: 1 }, 'cuda', expect.stringContaining('no device was found')],
      ]);
    });

    it('refuses the model where it is not', async () => {
      const opening = open({ files: ['no-gpu'], plans: plans(1, ['cuda']) });
      await expect(opening).rejects.toMatchObject({
        code: 'load-failed',
        message: 'no device was found',
      });
      const broken = open({ files: ['broken'], plans: plans(1, cudaThenCpu) });
      await expect(broken).rejects.toMatchObject({ code: 'load-failed', message: 'not a graph' });
    });

    it('replaces an instance after a fault of the GPU and is not healthy until it is up', async () => {
      const lost: string[] = [];
      const observer = { ...UNOBSERVED, instanceLost: () => lost.push('lost') };
      const engine = await open({ plans: plans(1, ['cuda']), observer });
      const faulty = engine.run(rows(-7), never());
      while (lost.length === 0) await sleep(5);
      expect(engine.healthy).toBe(false);
      await expect(faulty).rejects.toMatchObject({ code: 'instance-lost' });
      expect(values(await engine.run(rows(7), never()))).toEqual([14]);
      expect(engine.healthy).toBe(true);
    });

    it('takes the same words from a processor for an error of the run', async () => {
      const engine = await open();
      const failed = engine.run(rows(-7), never());
      await expect(failed).rejects.toMatchObject({ code: 'run-failed' });
      expect(engine.healthy).toBe(true);
    });
  });

  it('drops rows whose caller has gone before they run', async () => {
    const engine = await open({ queueMaxRows: 2 });
    const gone = new AbortController();
    const running = engine.run(rows(-3), never());
    const dropped = engine.run(rows(1), gone);
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

  it('never mixes answers, whatever sizes, failures, losses, hang-ups and deadlines meet', async () => {
    const engine = await open({ plans: plans(2) });
    const random = generator(42);
    const calls = Array.from({ length: 600 }, async (_, call) => {
      await sleep(random() * 300);
      const own = Array.from(
        { length: 1 + Math.floor(random() * 5) },
        (_row, i) => call * 10 + i + 1,
      );
      const kind = random();
      if (kind < 0.03) own[0] = -2;
      if (kind > 0.997) own[0] = -1;
      const caller = new AbortController();
      if (kind > 0.9) setTimeout(() => caller.abort(new Error('hung up')), random() * 5);
      const left = kind > 0.8 && kind < 0.9 ? random() * 20 : 60_000;
      const options = {
        signal: caller.signal,
        deadlineAt: performance.now() + left,
        principal: `caller ${call % 3}`,
      };
      const outcome = await engine.run(rows(...own), options).then(values, String);
      if (typeof outcome !== 'string') expect(outcome).toEqual(own.map((value) => value * 2));
      else expect(outcome).toMatch(reasonFor(own, left));
      return outcome;
    });
    const outcomes = await Promise.all(calls);
    expect(outcomes.filter((outcome) => typeof outcome !== 'string').length).toBeGreaterThan(400);
  });
});

/** Errors that may meet a call, and no other's. */
function reasonFor([first]: readonly number[], left: number): RegExp {
  const own = first === -2 ? '|a row is wrong' : first === -1 ? '|the runtime ended|EPIPE' : '';
  const late = left < 60_000 ? '|deadline|about|no instance is up' : '';
  return new RegExp(`hung up${late}${own}`);
}
