/** Seconds for which a request counts: the one in which it came and the 59 after. */
export const WINDOW_S = 60;

/** Where a caller stands after (or without) taking one of its quota. */
export interface Standing {
  readonly allowed: boolean;
  /** What is left of the quota. */
  readonly remaining: number;
  /** Milliseconds until some of the quota comes back; a whole window where none is used. */
  readonly waitMs: number;
}

/** Requests of one key, by the second in which they came. */
interface Window {
  /** Ring: the count of second `s` stands at `s % WINDOW_S`. */
  readonly counts: number[];
  /** The latest second that the ring holds. */
  second: number;
  used: number;
}

/**
 * Sliding windows of a minute in steps of a second, for a bounded number of keys: past it the one
 * that was used longest ago is forgotten. What is refused does not count.
 */
export class SlidingWindows {
  /** In the order of their latest use. */
  readonly #windows = new Map<string, Window>();

  /** @param now a clock in milliseconds that never goes back */
  constructor(
    private readonly maxKeys: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  get size(): number {
    return this.#windows.size;
  }

  take(key: string, limit: number): Standing {
    const now = this.now();
    const window = this.#touch(key, now);
    const allowed = window.used < limit;
    if (allowed) {
      window.used += 1;
      const slot = window.second % WINDOW_S;
      window.counts[slot] = (window.counts[slot] ?? 0) + 1;
    }
    return { allowed, remaining: Math.max(limit - window.used, 0), waitMs: waitOf(window, now) };
  }

  /** As `take` would answer, but nothing is taken or remembered. */
  look(key: string, limit: number): Standing {
    const now = this.now();
    const window = this.#windows.get(key);
    if (window === undefined)
      return { allowed: limit > 0, remaining: limit, waitMs: WINDOW_S * 1e3 };
    advance(window, secondOf(now));
    const remaining = Math.max(limit - window.used, 0);
    return { allowed: remaining > 0, remaining, waitMs: waitOf(window, now) };
  }

  #touch(key: string, now: number): Window {
    const second = secondOf(now);
    const window = this.#windows.get(key) ?? {
      counts: Array<number>(WINDOW_S).fill(0),
      second,
      used: 0,
    };
    advance(window, second);
    this.#windows.delete(key);
    this.#windows.set(key, window);
    this.#forget(second);
    return window;
  }

  /** Drops what no longer counts, and the oldest past the bound. */
  #forget(second: number): void {
    for (const [key, window] of this.#windows) {
      const stale = window.second <= second - WINDOW_S;
      if (!stale && this.#windows.size <= this.maxKeys) return;
      this.#windows.delete(key);
    }
  }
}

function secondOf(ms: number): number {
  return Math.floor(ms / 1000);
}

/** Clears the seconds that have left the window. */
function advance(window: Window, second: number): void {
  const passed = Math.min(second - window.second, WINDOW_S);
  for (let step = 1; step <= passed; step += 1) {
    const slot = (window.second + step) % WINDOW_S;
    window.used -= window.counts[slot] ?? 0;
    window.counts[slot] = 0;
  }
  window.second = Math.max(window.second, second);
}

/** Until the oldest second with a request in it leaves the window. */
function waitOf({ counts, second }: Window, now: number): number {
  let age = WINDOW_S - 1;
  while (age > 0 && counts[(second - age + WINDOW_S) % WINDOW_S] === 0) age -= 1;
  return (second - age + WINDOW_S) * 1000 - now;
}
