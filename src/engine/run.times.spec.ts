import { describe, expect, it } from '@jest/globals';
import { RunTimes } from './run.times.js';

const backlog = { rowsAhead: 0, running: [], instances: 1, upInMs: 0, now: 1000 };

describe('the prediction of a wait', () => {
  it('says nothing before anything was measured', () => {
    const times = new RunTimes();
    expect(times.waitMs({ ...backlog, rowsAhead: 100 })).toBeUndefined();
    expect(times.ownMs(1)).toBeUndefined();
  });

  it('is the rows ahead times what a row has taken, shared by the instances', () => {
    const times = new RunTimes();
    times.record(1, 10);
    expect(times.waitMs({ ...backlog, rowsAhead: 30 })).toBe(300);
    expect(times.waitMs({ ...backlog, rowsAhead: 30, instances: 3 })).toBe(100);
  });

  it('counts what is left of the runs of this moment, and of a restart', () => {
    const times = new RunTimes();
    times.record(4, 40);
    const running = [
      { rows: 4, startedAt: 970 },
      // Takes longer than it should: nothing is known of what is left.
      { rows: 4, startedAt: 900 },
    ];
    expect(times.waitMs({ ...backlog, running, instances: 2 })).toBe(5);
    expect(times.waitMs({ ...backlog, upInMs: 500 })).toBe(500);
  });

  it('takes a run of few rows for as long as runs are, and one of many by its rows', () => {
    const times = new RunTimes();
    times.record(8, 80);
    expect(times.ownMs(1)).toBe(80);
    expect(times.ownMs(20)).toBe(200);
  });

  it('follows a change of speed', () => {
    const times = new RunTimes();
    times.record(1, 10);
    for (let i = 0; i < 60; i += 1) times.record(1, 20);
    expect(times.ownMs(1)).toBeCloseTo(20, 0);
  });
});
