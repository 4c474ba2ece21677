import { describe, expect, it } from '@jest/globals';
import { planInstances, type PlacementOptions } from './placement.js';

const SMALL = 20_000_000;
const LARGE = 240_000_000;

const plan = (options: Partial<PlacementOptions>, bytes = SMALL) =>
  planInstances(
    {
      executionProviders: ['cpu'],
      instances: undefined,
      threadsPerInstance: undefined,
      processors: 4,
      gpus: 0,
      ...options,
    },
    bytes,
  );

describe('the instances of a model', () => {
  it('are as many narrow ones as there are processors, one of which can run wide', () => {
    const threads = plan({}).map((one) => one.threads);
    expect(threads).toEqual([[4, 1], [1], [1], [1]]);
    expect(plan({ processors: 1 }).map((one) => one.threads)).toEqual([[1]]);
    expect(plan({ processors: 32 }).map((one) => one.threads)).toEqual([
      [32, 4],
      ...Array.from({ length: 7 }, () => [4]),
    ]);
  });

  it('are a single wide one for a large model, which is held in memory once', () => {
    expect(plan({}, LARGE).map((one) => one.threads)).toEqual([[4]]);
  });

  it('are what the configuration says, of any size', () => {
    expect(plan({ instances: 2 }, LARGE).map((one) => one.threads)).toEqual([[2], [2]]);
    expect(plan({ instances: 1, threadsPerInstance: 3 }).map((one) => one.threads)).toEqual([[3]]);
    expect(plan({ instances: 9 }).map((one) => one.threads)).toEqual(
      Array.from({ length: 9 }, () => [1]),
    );
  });

  it('are one for each GPU, pinned to it', () => {
    const executionProviders = ['cuda', 'cpu'];
    expect(plan({ executionProviders, gpus: 2 }, LARGE)).toEqual([
      { threads: [2], providers: executionProviders, device: 0 },
      { threads: [2], providers: executionProviders, device: 1 },
    ]);
    const shared = plan({ executionProviders, gpus: 2, instances: 4 });
    expect(shared.map(({ device }) => device)).toEqual([0, 1, 0, 1]);
  });

  it('are those of processors where no GPU is seen', () => {
    expect(plan({ executionProviders: ['cuda', 'cpu'] })).toHaveLength(4);
    expect(plan({ gpus: 2 })).toHaveLength(4);
  });
});
