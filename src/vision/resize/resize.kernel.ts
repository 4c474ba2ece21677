import {
  add,
  assemble,
  type Code,
  constant,
  countDown,
  get,
  increase,
  load,
  set,
  times,
  v128,
} from './wasm.assembler.js';

/** Bits of a weight after the point; weights are sixteen-bit numbers. */
export const WEIGHT_BITS = 14;

/** Bytes that the kernel may write past the end of a row. */
export const OVERRUN = 8;

export interface ResizeKernel {
  /**
   * One row of RGB pixels, each a weighted sum of neighbours in the source row.
   * @param starts address of the i32 indices of the first neighbours
   * @param weights address of the weights, `2 * pairs` a pixel
   */
  row(
    target: number,
    source: number,
    pixels: number,
    starts: number,
    weights: number,
    pairs: number,
  ): void;
  /** A row of bytes, each a weighted sum of the bytes below each other from `source` on. */
  column(
    target: number,
    source: number,
    bytes: number,
    stride: number,
    weights: number,
    pairs: number,
  ): void;
}

const HALF = [constant(1 << (WEIGHT_BITS - 1)), v128.everywhere32];
const WHOLE = [constant(WEIGHT_BITS), v128.shiftRight32];

function rowBody(): Code {
  const [target, source, pixels, starts, weights, pairs, from, left, sum] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8,
  ] as const;
  // r0 g0 b0 r1 g1 b1 as r0 r1 g0 g1 b0 b1 of sixteen bits each, for dot16.
  const NONE = 0xff;
  const byChannel = [0, 3, 1, 4, 2, 5].flatMap((at) => [at, NONE]).concat(Array(4).fill(NONE));
  return countDown(pixels, 1, [
    [get(source), get(starts), load, constant(3), times, add, set(from)],
    [get(pairs), set(left), HALF, set(sum)],
    countDown(left, 1, [
      [get(from), v128.load8Bytes, v128.constantBytes(byChannel), v128.pick],
      [get(weights), v128.load32Everywhere, v128.dot16],
      [get(sum), v128.add32, set(sum)],
      [increase(from, constant(6)), increase(weights, constant(4))],
    ]),
    [get(sum), WHOLE, set(sum)],
    [get(target), get(sum), get(sum), v128.narrow32, get(sum), v128.narrow16, v128.storeFirst4],
    [increase(target, constant(3)), increase(starts, constant(4))],
  ]);
}

function columnBody(): Code {
  const [target, source, bytes, stride, weights, pairs] = [0, 1, 2, 3, 4, 5] as const;
  const [from, weight, left, low, high, upper, lower] = [6, 7, 8, 9, 10, 11, 12] as const;
  const interleave = (first: number) =>
    [0, 1, 2, 3].flatMap((lane) => {
      const at = first + 2 * lane;
      return [at, at + 1, at + 16, at + 17];
    });
  const weigh = (sum: number, first: number) => [
    [get(upper), get(lower), v128.shuffle(interleave(first))],
    [get(weight), v128.load32Everywhere, v128.dot16, get(sum), v128.add32, set(sum)],
  ];
  return countDown(bytes, 8, [
    [get(source), set(from), get(weights), set(weight), get(pairs), set(left)],
    [HALF, set(low), HALF, set(high)],
    countDown(left, 1, [
      [get(from), v128.loadBytesAs16, set(upper), increase(from, get(stride))],
      [get(from), v128.loadBytesAs16, set(lower), increase(from, get(stride))],
      [weigh(low, 0), weigh(high, 8), increase(weight, constant(4))],
    ]),
    [get(target), get(low), WHOLE, get(high), WHOLE, v128.narrow32],
    [get(low), v128.narrow16, v128.storeFirst8],
    [increase(target, constant(8)), increase(source, constant(8))],
  ]);
}

/** The two loops of a separable resize in WebAssembly SIMD: JavaScript takes eight times as long. */
export function instantiateKernel(memory: WebAssembly.Memory): ResizeKernel {
  const module = new WebAssembly.Module(
    assemble([
      { name: 'row', parameters: 6, locals: { i32: 2, v128: 1 }, body: rowBody() },
      { name: 'column', parameters: 6, locals: { i32: 3, v128: 4 }, body: columnBody() },
    ]),
  );
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return exports as unknown as ResizeKernel;
}
