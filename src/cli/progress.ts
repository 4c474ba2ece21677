import { bar } from './bar.js';

const LINE_EVERY = 0.1;

/** Shows how much of `total` bytes is there: a moving bar, or in logs a line every tenth. */
export class Progress {
  #told = 0;
  #drawn = false;

  constructor(
    private readonly total: number,
    private readonly stream: NodeJS.WriteStream = process.stderr,
  ) {}

  update(received: number): void {
    const part = received / this.total;
    if (this.stream.isTTY) {
      this.stream.write(`\r${bar(part)} of ${megabytes(this.total)}`);
      this.#drawn = true;
      return;
    }
    // A download that starts again from the beginning is told again.
    if (part < this.#told) this.#told = 0;
    if (part < this.#told + LINE_EVERY && part < 1) return;
    this.#told = Math.floor(part / LINE_EVERY) * LINE_EVERY;
    this.stream.write(`${Math.floor(part * 100)} % of ${megabytes(this.total)}\n`);
  }

  /** Leaves the line of the bar, so that text can follow. */
  end(): void {
    if (this.#drawn) this.stream.write('\n');
    this.#drawn = false;
  }
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
