import { describe, expect, it } from '@jest/globals';
import { SlidingWindows } from './sliding.windows.js';

describe('sliding windows', () => {
  let now = 0;
  const windows = (maxKeys = 10) => {
    now = 7_250;
    return new SlidingWindows(maxKeys, () => now);
  };
  const takeMany = (from: SlidingWindows, count: number, limit: number) =>
    Array.from({ length: count }, () => from.take('a', limit).allowed);

  it('lets through what the limit says and tells what is left', () => {
    const some = windows();
    expect(some.take('a', 2)).toEqual({ allowed: true, remaining: 1, waitMs: 59_750 });
    expect(some.take('a', 2)).toMatchObject({ allowed: true, remaining: 0 });
    expect(some.take('a', 2)).toMatchObject({ allowed: false, remaining: 0, waitMs: 59_750 });
    expect(some.take('b', 2)).toMatchObject({ allowed: true, remaining: 1 });
  });

  it('gives the quota back bit by bit, as requests leave the window', () => {
    const some = windows();
    takeMany(some, 3, 5);
    now += 30_000;
    takeMany(some, 2, 5);
    expect(some.take('a', 5)).toMatchObject({ allowed: false, waitMs: 29_750 });
    now += 29_750;
    expect(takeMany(some, 4, 5)).toEqual([true, true, true, false]);
  });

  it('has no border at which twice the limit passes at once', () => {
    const some = windows();
    const times: number[] = [];
    for (let tick = 0; tick < 2_000; tick += 1) {
      now += 137;
      if (some.take('a', 20).allowed) times.push(now);
    }
    const most = Math.max(
      ...times.map((time) => times.filter((one) => one >= time && one < time + 59_000).length),
    );
    expect(most).toBe(20);
  });

  it('does not count what it refused', () => {
    const some = windows();
    takeMany(some, 100, 2);
    now += 60_000;
    expect(takeMany(some, 3, 2)).toEqual([true, true, false]);
  });

  it('heeds a limit that has changed in between', () => {
    const some = windows();
    takeMany(some, 4, 5);
    expect(some.take('a', 3)).toMatchObject({ allowed: false, remaining: 0 });
    expect(some.take('a', 9)).toMatchObject({ allowed: true, remaining: 4 });
  });

  it('looks without taking or remembering', () => {
    const some = windows();
    expect(some.look('a', 1)).toEqual({ allowed: true, remaining: 1, waitMs: 60_000 });
    expect(some.size).toBe(0);
    some.take('a', 1);
    expect(some.look('a', 1)).toMatchObject({ allowed: false, waitMs: 59_750 });
    now += 60_000;
    expect(some.look('a', 1)).toMatchObject({ allowed: true, remaining: 1 });
  });

  it('holds no more keys than it may and forgets the one used longest ago', () => {
    const some = windows(1_000);
    some.take('first', 1);
    for (let key = 0; key < 50_000; key += 1) {
      some.take(`key ${key}`, 1);
      if (key % 500 === 0) some.take('first', 1);
    }
    expect(some.size).toBe(1_000);
    expect(some.look('first', 1).allowed).toBe(false);
    expect(some.look('key 0', 1).allowed).toBe(true);
  });

  it('drops keys that no longer count', () => {
    const some = windows(1_000);
    for (let key = 0; key < 100; key += 1) some.take(`key ${key}`, 1);
    now += 61_000;
    some.take('new', 1);
    expect(some.size).toBe(1);
  });
});
