import { type Axis, axisOf, type Filter } from './axis.js';
import { instantiateKernel, OVERRUN } from './resize.kernel.js';

const PAGE_BYTES = 65_536;
/** Sizes whose weights are kept: pictures of one source come in few sizes. */
const REMEMBERED = 64;

/** RGB bytes row by row: [height, width, 3]. */
export interface Picture {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** What becomes of a picture: it is resized, and of that the square at (left, top) is kept. */
export interface Cut {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

/**
 * Resizes small pictures, computing only the pixels that the cut keeps: rows first, rounded to bytes,
 * then columns. Agrees with Pillow to one step of 255. Runs on the calling thread: 0.2 ms for 224
 * to 256 pixels.
 */
export class CutResizer {
  readonly #memory = new WebAssembly.Memory({ initial: 1 });
  readonly #kernel = instantiateKernel(this.#memory);
  readonly #axes = new Map<string, Axis>();

  constructor(private readonly filter: Filter) {}

  /** @returns RGB bytes [side, side, 3] */
  resize({ data, width, height }: Picture, { side, ...cut }: Cut): Uint8Array {
    const across = this.#axis(width, cut.width, cut.left, side);
    const down = this.#axis(height, cut.height, cut.top, side);
    const first = down.starts[0] ?? 0;
    const rows = (down.starts[side - 1] ?? 0) + 2 * down.pairs - first;
    const [stride, line] = [width * 3, side * 3];
    const source = data.subarray(first * stride, (first + rows) * stride);
    const [sourceAt, startsAt, acrossAt, downAt, middleAt, targetAt] = this.#place([
      source,
      across.starts,
      across.weights,
      down.weights,
      rows * line,
      side * line,
    ]);
    const kernel = this.#kernel;
    for (let y = 0; y * stride < source.byteLength; y += 1) {
      const to = middleAt + y * line;
      kernel.row(to, sourceAt + y * stride, side, startsAt, acrossAt, across.pairs);
    }
    for (let y = 0; y < side; y += 1) {
      const from = middleAt + ((down.starts[y] ?? 0) - first) * line;
      const weightsAt = downAt + y * 4 * down.pairs;
      kernel.column(targetAt + y * line, from, line, line, weightsAt, down.pairs);
    }
    return new Uint8Array(this.#memory.buffer).slice(targetAt, targetAt + side * line);
  }

  /** Copies arrays into the memory and keeps room for as many bytes as a number says. */
  #place<const Parts extends readonly (ArrayBufferView | number)[]>(
    parts: Parts,
  ): { [Index in keyof Parts]: number } {
    const sizes = parts.map((part) => (typeof part === 'number' ? part : part.byteLength));
    let end = 0;
    const places = sizes.map((size) => {
      const place = end;
      end = Math.ceil((place + size + OVERRUN) / 16) * 16;
      return place;
    });
    const missing = end - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE_BYTES));
    const memory = new Uint8Array(this.#memory.buffer);
    for (const [index, part] of parts.entries()) {
      if (typeof part === 'number') continue;
      memory.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), places[index]);
    }
    return places as { [Index in keyof Parts]: number };
  }

  #axis(source: number, target: number, from: number, count: number): Axis {
    const key = `${source} ${target} ${from} ${count}`;
    const known = this.#axes.get(key);
    if (known !== undefined) return known;
    const axis = axisOf(this.filter, { source, target }, { from, count });
    if (this.#axes.size >= REMEMBERED) this.#axes.clear();
    this.#axes.set(key, axis);
    return axis;
  }
}
