import { EngineError } from './engine.errors.js';
import type { FairQueue, Waiting } from './fair.queue.js';
import type { Job } from './job.js';
import type { Backlog, RunTimes } from './run.times.js';

/**
 * How much longer than predicted a wait may turn out: runs of neighbours on the node come and go.
 * Refusing a little early costs no throughput, as the queue that is left still keeps every instance
 * busy; answering late costs the whole run.
 */
const CAUTION = 1.3;

export interface Door {
  readonly queue: FairQueue<Job>;
  readonly times: RunTimes;
  readonly queueMaxRows: number;
}

export interface Work extends Omit<Backlog, 'rowsAhead'> {
  /** An instance is free. */
  readonly idle: boolean;
  /** Rows on their way to the queue: all, and those of the one who asks. */
  readonly expectedRows: number;
  readonly ownExpectedRows: number;
}

/** Who wants to wait, and until when. */
export interface Applicant extends Waiting {
  readonly deadlineAt: number;
}

/**
 * Decides whether rows may wait. Its wait is predicted from the rows that run before it, which are
 * not all that wait: the queue is fair. Before anything was measured, and while an instance is
 * free, nothing is refused by prediction, so that a wrong one mends itself.
 *
 * A full queue refuses the principal who fills it. Who has less waiting takes the place of the
 * newest rows of the one who has most (longest queue drop), because a fixed share for each would
 * leave the queue half empty while only one is there.
 * @returns jobs that have to leave the queue for it
 * @throws EngineError `deadline-passed`, `deadline-unreachable` or `queue-full`
 */
export function admit(job: Applicant, door: Door, work: Work): readonly Job[] {
  const { queue, times, queueMaxRows } = door;
  const leftMs = job.deadlineAt - work.now;
  if (leftMs <= 0) throw new EngineError('deadline-passed', 'The deadline has passed.');
  const waiting = queue.rows + work.expectedRows;
  if (work.idle && waiting === 0) return [];
  const rowsAhead = queue.rowsAhead(job.flow) + work.ownExpectedRows;
  const waitMs = times.waitMs({ ...work, rowsAhead });
  const ownMs = times.ownMs(job.rows) ?? 0;
  if (waitMs !== undefined && CAUTION * waitMs + ownMs > leftMs) {
    const text = `The answer would take about ${Math.ceil(waitMs + ownMs)} ms.`;
    throw new EngineError('deadline-unreachable', text, waitMs);
  }
  const excess = waiting + job.rows - queueMaxRows;
  if (excess <= 0) return [];
  const leaving = placesOf(job, queue, excess);
  if (leaving !== undefined) return leaving;
  throw new EngineError('queue-full', `${waiting} rows are waiting.`, waitMs);
}

/** The newest jobs of the heaviest flow, if it is still the heavier one without them. */
function placesOf(job: Applicant, queue: FairQueue<Job>, excess: number): Job[] | undefined {
  const heaviest = queue.heaviest();
  if (heaviest === undefined || heaviest === job.flow) return undefined;
  const leaving: Job[] = [];
  let freed = 0;
  for (const newest of queue.newestFirst(heaviest)) {
    if (freed >= excess) break;
    leaving.push(newest);
    freed += newest.rows;
  }
  const stays = queue.rowsOf(heaviest) - freed;
  return freed >= excess && stays >= queue.rowsOf(job.flow) + job.rows ? leaving : undefined;
}
