import { describe, expect, it } from '@jest/globals';
import { TraceBudget } from './trace.budget.js';

describe('the budget of traces', () => {
  it('lets so many a second through, whatever callers want', () => {
    const budget = new TraceBudget(5);
    let traced = 0;
    for (let ms = 0; ms < 10_000; ms += 1) if (budget.take(true, ms) !== undefined) traced += 1;
    expect(traced).toBeGreaterThanOrEqual(50);
    expect(traced).toBeLessThanOrEqual(55);
  });

  it('traces everything where less comes', () => {
    const budget = new TraceBudget(5);
    for (let ms = 0; ms < 10_000; ms += 500) expect(budget.take(undefined, ms)).toBe(1);
  });

  it('does not trace what its caller does not trace', () => {
    expect(new TraceBudget(5).take(false, 0)).toBeUndefined();
  });

  it('lets each trace stand for those passed over, so that their sum is the count', () => {
    const budget = new TraceBudget(2);
    let stoodFor = 0;
    let since = 0;
    for (let ms = 0; ms < 5_000; ms += 10) {
      since += 1;
      const share = budget.take(undefined, ms);
      if (share === undefined) continue;
      expect(share).toBe(since);
      stoodFor += share;
      since = 0;
    }
    expect(stoodFor + since).toBe(500);
  });

  it('can be less than one a second', () => {
    const budget = new TraceBudget(0.1);
    const traced = Array.from({ length: 60 }, (_, second) => budget.take(undefined, second * 1000));
    expect(traced.filter((share) => share !== undefined)).toHaveLength(6);
  });
});
