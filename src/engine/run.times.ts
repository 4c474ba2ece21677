/** Weight of the newest run in the moving averages. */
const SMOOTHING = 0.1;

/** Work in the runs of this moment. */
export interface InFlight {
  readonly rows: number;
  /** `performance.now()` when its instance got it. */
  readonly startedAt: number;
}

export interface Backlog {
  /** Rows that run before those asked about. */
  readonly rowsAhead: number;
  readonly running: Iterable<InFlight>;
  /** That share the work. */
  readonly instances: number;
  /** Milliseconds until one of them is up; 0 where one is. */
  readonly upInMs: number;
  /** `performance.now()`. */
  readonly now: number;
}

/**
 * How long runs of a model have taken, and how long what waits will therefore take. Times are those
 * between handing a batch to an instance and having its answer, under the load of the moment.
 */
export class RunTimes {
  #rowMs: number | undefined;
  #runMs = 0;

  record(rows: number, ms: number): void {
    const rowMs = ms / rows;
    this.#runMs = this.#rowMs === undefined ? ms : this.#runMs + SMOOTHING * (ms - this.#runMs);
    this.#rowMs =
      this.#rowMs === undefined ? rowMs : this.#rowMs + SMOOTHING * (rowMs - this.#rowMs);
  }

  /**
   * Milliseconds that a run with `rows` rows takes, perhaps shared with others; undefined before
   * anything was measured.
   */
  ownMs(rows: number): number | undefined {
    return this.#rowMs === undefined ? undefined : Math.max(this.#runMs, rows * this.#rowMs);
  }

  /** Milliseconds until rows behind this backlog start; undefined before anything was measured. */
  waitMs({ rowsAhead, running, instances, upInMs, now }: Backlog): number | undefined {
    const rowMs = this.#rowMs;
    if (rowMs === undefined) return undefined;
    let workMs = rowsAhead * rowMs;
    for (const { rows, startedAt } of running) {
      workMs += Math.max(0, (this.ownMs(rows) ?? 0) - (now - startedAt));
    }
    return upInMs + workMs / Math.max(1, instances);
  }
}
