/** What is remembered of idle time: so many seconds' traces may come at once. */
const BURST_SECONDS = 1;

/**
 * Decides which requests are traced: so many a second and no more, whatever callers ask for. Each
 * traced request stands for those passed over before it, so that counts over traces stay true.
 */
export class TraceBudget {
  #left: number;
  #filledAt = 0;
  #passedOver = 0;

  constructor(private readonly perSecond: number) {
    this.#left = this.#most;
  }

  /**
   * @param wanted by the caller's own trace; undefined where there is none
   * @param now milliseconds
   * @returns for how many requests the trace stands; undefined: no trace
   */
  take(wanted: boolean | undefined, now: number): number | undefined {
    this.#left = Math.min(
      this.#most,
      this.#left + ((now - this.#filledAt) / 1000) * this.perSecond,
    );
    this.#filledAt = now;
    if (wanted === false || this.#left < 1) {
      this.#passedOver += 1;
      return undefined;
    }
    this.#left -= 1;
    const standsFor = 1 + this.#passedOver;
    this.#passedOver = 0;
    return standsFor;
  }

  get #most(): number {
    return Math.max(1, this.perSecond * BURST_SECONDS);
  }
}
