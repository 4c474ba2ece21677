interface Waiting {
  readonly pixels: number;
  readonly admit: () => void;
}

/**
 * Bounds the pixels that are decoded at one time, and with them the memory that decoding takes.
 * What does not fit waits in the order of arrival.
 */
export class PixelBudget {
  readonly #queue = new Set<Waiting>();
  #free: number;

  constructor(private readonly pixels: number) {
    this.#free = pixels;
  }

  /**
   * Runs the work as soon as its pixels are free; work of more pixels than there are waits for all.
   * @throws the signal's reason when it aborts before
   */
  async run<T>(pixels: number, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const taken = Math.min(pixels, this.pixels);
    signal.throwIfAborted();
    if (this.#queue.size > 0 || taken > this.#free) await this.#wait(taken, signal);
    else this.#free -= taken;
    try {
      return await work();
    } finally {
      this.#free += taken;
      this.#admit();
    }
  }

  #wait(pixels: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#queue.delete(waiting);
        reject(signal.reason);
        this.#admit();
      };
      const waiting = {
        pixels,
        admit: () => {
          signal.removeEventListener('abort', leave);
          resolve();
        },
      };
      this.#queue.add(waiting);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  #admit(): void {
    for (const waiting of this.#queue) {
      if (waiting.pixels > this.#free) return;
      this.#queue.delete(waiting);
      this.#free -= waiting.pixels;
      waiting.admit();
    }
  }
}
