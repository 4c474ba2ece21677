import { describe, expect, it } from '@jest/globals';
import { admit } from './admission.js';
import { EngineError } from './engine.errors.js';
import { FairQueue } from './fair.queue.js';
import { type Job, newJob } from './job.js';
import { RunTimes } from './run.times.js';

const signal = new AbortController().signal;
const settle = { resolve: () => undefined, reject: () => undefined };

function job(principal: string, rows = 1, leftMs = Infinity): Job {
  const x = { datatype: 'UINT8' as const, shape: [rows], data: new Uint8Array(rows) };
  return newJob({ x }, { signal, principal, deadlineAt: leftMs }, settle);
}

function door({ rowMs = 10, queueMaxRows = 100 } = {}) {
  const times = new RunTimes();
  if (rowMs > 0) times.record(1, rowMs);
  return { queue: new FairQueue<Job>(), times, queueMaxRows };
}

const busy = {
  running: [],
  instances: 1,
  upInMs: 0,
  now: 0,
  idle: false,
  expectedRows: 0,
  ownExpectedRows: 0,
};

function fill({ queue }: { queue: FairQueue<Job> }, principal: string, count: number): Job[] {
  const jobs = Array.from({ length: count }, () => job(principal));
  for (const one of jobs) queue.push(one);
  return jobs;
}

/** The refusal of a job that is not admitted. */
function refusal(...args: Parameters<typeof admit>): EngineError {
  try {
    admit(...args);
  } catch (error) {
    if (error instanceof EngineError) return error;
  }
  throw new Error('it was admitted');
}

describe('admission', () => {
  it('refuses a deadline that the rows ahead make unreachable, and says when to come back', () => {
    const full = door();
    fill(full, 'a', 50);
    expect(admit(job('a', 1, 700), full, busy)).toEqual([]);
    expect(refusal(job('a', 1, 400), full, busy)).toMatchObject({
      code: 'deadline-unreachable',
      retryAfterMs: 500,
    });
  });

  it('counts more instances, and one that is still starting', () => {
    const full = door();
    fill(full, 'a', 50);
    expect(admit(job('a', 1, 400), full, { ...busy, instances: 2 })).toEqual([]);
    const starting = { ...busy, instances: 2, upInMs: 300 };
    expect(refusal(job('a', 1, 400), full, starting).retryAfterMs).toBe(550);
  });

  it('counts rows that are on their way, one own among those before it', () => {
    const full = door();
    const coming = { ...busy, idle: true, expectedRows: 80, ownExpectedRows: 30 };
    expect(admit(job('a', 20, 600), full, coming)).toEqual([]);
    expect(refusal(job('a', 1, 300), full, coming).code).toBe('deadline-unreachable');
    expect(refusal(job('a', 21), full, coming).code).toBe('queue-full');
  });

  it('does not let a principal wait for what another has queued', () => {
    const full = door();
    fill(full, 'heavy', 90);
    expect(admit(job('light', 1, 50), full, busy)).toEqual([]);
    expect(refusal(job('heavy', 1, 50), full, busy).code).toBe('deadline-unreachable');
  });

  it('refuses nothing by prediction before anything was measured or while an instance is free', () => {
    const cold = door({ rowMs: 0 });
    fill(cold, 'a', 99);
    expect(admit(job('a', 1, 1), cold, busy)).toEqual([]);
    const slow = door({ rowMs: 60_000 });
    expect(admit(job('a', 1, 1), slow, { ...busy, idle: true })).toEqual([]);
  });

  it('refuses what is too late already', () => {
    expect(refusal(job('a', 1, 0), door(), { ...busy, idle: true }).code).toBe('deadline-passed');
  });

  it('lets one principal fill the queue, and then refuses it', () => {
    const full = door();
    fill(full, 'a', 99);
    expect(admit(job('a'), full, busy)).toEqual([]);
    expect(refusal(job('a', 2), full, busy)).toMatchObject({
      code: 'queue-full',
      retryAfterMs: 990,
    });
  });

  it('gives who has less the places of the newest rows of who has most', () => {
    const full = door();
    const heavy = fill(full, 'heavy', 90);
    fill(full, 'middle', 10);
    expect(admit(job('light', 2), full, busy)).toEqual([heavy[89], heavy[88]]);
    expect(admit(job('middle'), full, busy)).toEqual([heavy[89]]);
    expect(refusal(job('heavy'), full, busy).code).toBe('queue-full');
  });

  it('stops giving places when all have the same', () => {
    const full = door();
    fill(full, 'a', 50);
    fill(full, 'b', 50);
    expect(refusal(job('a'), full, busy).code).toBe('queue-full');
    expect(refusal(job('b'), full, busy).code).toBe('queue-full');
    expect(admit(job('c'), full, busy)).toHaveLength(1);
    expect(refusal(job('c', 60), full, busy).code).toBe('queue-full');
  });
});
