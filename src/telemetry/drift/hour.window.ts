import { binOf, BINS, type Distribution } from './distribution.js';

const MINUTES = 60;
const MINUTE_MS = 60_000;
/** Of a minute's counters: the bins, then questions, then answered ones. */
const QUESTIONS = BINS;
const ANSWERED = BINS + 1;
const WIDTH = BINS + 2;

/** Counts of the last hour in a ring of minutes: 3 kB, and nothing of the inputs. */
export class HourWindow {
  readonly #counts = new Uint32Array(MINUTES * WIDTH);
  #minute = -1;

  /** @param now milliseconds */
  add(probability: number, answered: boolean | undefined, now: number): void {
    const at = this.#turnTo(now);
    this.#count(at + binOf(probability));
    if (answered === undefined) return;
    this.#count(at + QUESTIONS);
    if (answered) this.#count(at + ANSWERED);
  }

  /** @param now milliseconds */
  sum(now: number): Distribution {
    this.#turnTo(now);
    const sums = Array.from({ length: WIDTH }, () => 0);
    this.#counts.forEach((count, index) => {
      sums[index % WIDTH] = (sums[index % WIDTH] ?? 0) + count;
    });
    const bins = sums.slice(0, BINS);
    const inputs = bins.reduce((sum, count) => sum + count, 0);
    return { bins, inputs, questions: sums[QUESTIONS] ?? 0, answered: sums[ANSWERED] ?? 0 };
  }

  #count(index: number): void {
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
  }

  /** Forgets the minutes that were left behind; gives the offset of the current one. */
  #turnTo(now: number): number {
    const minute = Math.floor(now / MINUTE_MS);
    const passed = Math.min(MINUTES, minute - this.#minute);
    for (let ago = 0; ago < passed; ago += 1) {
      const at = ((minute - ago) % MINUTES) * WIDTH;
      this.#counts.fill(0, at, at + WIDTH);
    }
    if (passed > 0) this.#minute = minute;
    return (this.#minute % MINUTES) * WIDTH;
  }
}
