import { describe, expect, it } from '@jest/globals';
import { quantile } from './load.js';
import { sweep } from './sweep.js';

/** A server whose p99 grows by 10 ms a connection and that refuses beyond `refuses` of them. */
const server = (refuses = Infinity) => {
  const asked: number[] = [];
  const measure = async (connections: number) => {
    asked.push(connections);
    const p99 = 10 * connections;
    const refused = connections > refuses ? 1 : 0;
    return { connections, perSecond: 100, p50: p99 / 2, p99, refused, failed: 0 };
  };
  return { asked, measure };
};

describe('a sweep', () => {
  it('finds between two loads the largest that keeps the target', async () => {
    const { asked, measure } = server();
    const { results, safe } = await sweep([1, 4, 16], 100, measure);
    expect(safe?.connections).toBe(9);
    expect(asked).toEqual([1, 4, 16, 8, 11, 9]);
    expect(results.map((one) => one.connections)).toEqual(asked.toSorted((a, b) => a - b));
  });

  it('takes the largest load where all keep the target', async () => {
    const { asked, measure } = server();
    expect((await sweep([4, 1], 1000, measure)).safe?.connections).toBe(4);
    expect(asked).toEqual([1, 4]);
  });

  it('finds none where one connection alone is too slow', async () => {
    expect((await sweep([1, 2], 5, server().measure)).safe).toBeUndefined();
  });

  it('does not count a load as safe at which something was refused', async () => {
    expect((await sweep([1, 2, 4, 8], 1000, server(2).measure)).safe?.connections).toBe(2);
  });
});

describe('a quantile', () => {
  it('is the nearest rank', () => {
    const values = [1, 2, 3, 4];
    expect([0, 0.5, 0.75, 0.99, 1].map((q) => quantile(values, q))).toEqual([1, 2, 3, 4, 4]);
    expect(quantile([], 0.5)).toBeNaN();
  });
});
