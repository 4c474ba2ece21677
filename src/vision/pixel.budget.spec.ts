import { describe, expect, it } from '@jest/globals';
import { PixelBudget } from './pixel.budget.js';

const never = new AbortController().signal;
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Work that is done when it is told to. */
function piece() {
  const state = { started: false, done: (_value: string): void => undefined };
  const promise = new Promise<string>((resolve) => (state.done = resolve));
  const work = () => {
    state.started = true;
    return promise;
  };
  return { state, work };
}

describe('the pixel budget', () => {
  it('lets work run side by side while its pixels fit, and the next when some are free', async () => {
    const budget = new PixelBudget(100);
    const [a, b, c] = [piece(), piece(), piece()];
    const running = [a, b, c].map(({ work }) => budget.run(50, never, work));
    await settled();
    expect([a, b, c].map(({ state }) => state.started)).toEqual([true, true, false]);
    a.state.done('a');
    await settled();
    expect(c.state.started).toBe(true);
    b.state.done('b');
    c.state.done('c');
    expect(await Promise.all(running)).toEqual(['a', 'b', 'c']);
  });

  it('keeps the order of arrival, so that the large are not passed by for ever', async () => {
    const budget = new PixelBudget(100);
    const [first, large, small] = [piece(), piece(), piece()];
    const running = [
      budget.run(60, never, first.work),
      budget.run(90, never, large.work),
      budget.run(10, never, small.work),
    ];
    await settled();
    expect([large.state.started, small.state.started]).toEqual([false, false]);
    first.state.done('first');
    await settled();
    expect([large.state.started, small.state.started]).toEqual([true, true]);
    large.state.done('large');
    small.state.done('small');
    await Promise.all(running);
  });

  it('gives the pixels back when the work fails', async () => {
    const budget = new PixelBudget(10);
    const failing = budget.run(10, never, () => Promise.reject(new Error('broken')));
    await expect(failing).rejects.toThrow('broken');
    expect(await budget.run(10, never, () => Promise.resolve('next'))).toBe('next');
  });

  it('never runs work whose caller has gone, and lets those behind it pass', async () => {
    const budget = new PixelBudget(100);
    const gone = new AbortController();
    const [first, left, behind] = [piece(), piece(), piece()];
    const running = budget.run(60, never, first.work);
    const leaving = budget.run(100, gone.signal, left.work);
    const passing = budget.run(40, never, behind.work);
    gone.abort(new Error('gone'));
    await expect(leaving).rejects.toThrow('gone');
    await settled();
    expect([left.state.started, behind.state.started]).toEqual([false, true]);
    await expect(budget.run(1, gone.signal, left.work)).rejects.toThrow('gone');
    first.state.done('first');
    behind.state.done('behind');
    await Promise.all([running, passing]);
  });

  it('runs what has more pixels than the budget, alone', async () => {
    const budget = new PixelBudget(10);
    const [huge, next] = [piece(), piece()];
    const running = [budget.run(11, never, huge.work), budget.run(1, never, next.work)];
    await settled();
    expect([huge.state.started, next.state.started]).toEqual([true, false]);
    huge.state.done('huge');
    next.state.done('next');
    expect(await Promise.all(running)).toEqual(['huge', 'next']);
  });
});
