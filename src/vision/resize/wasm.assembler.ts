/**
 * Writes WebAssembly modules: as much of https://webassembly.github.io/spec/core/binary/ as resizing
 * needs. The kernel is too small for a compiler among the tools, and is read here with its source.
 */

/** Instructions as their bytes; nested for readability. */
export type Code = readonly (number | Code)[];

interface WasmFunction {
  readonly name: string;
  /** All parameters and locals are i32, but for the vectors. */
  readonly parameters: number;
  readonly locals: { readonly i32: number; readonly v128: number };
  readonly body: Code;
}

/** `\0asm`, version 1. */
const MAGIC = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const I32 = 0x7f;
const V128 = 0x7b;
const VOID = 0x40;
const SIMD = 0xfd;
const LOOP = 0x03;
const END = 0x0b;
const GREATER = 0x4a;
const BRANCH_IF = 0x0d;

const unsigned = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];

const signed = (value: number): number[] =>
  value >= -64 && value < 64 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];

const simd = (code: number): number[] => [SIMD, ...unsigned(code)];
/** Any alignment, no offset. */
const ANYWHERE = [0, 0];

export const get = (local: number): Code => [0x20, local];
export const set = (local: number): Code => [0x21, local];
export const constant = (value: number): Code => [0x41, ...signed(value)];
/** Adds a constant or the value of a local to a local. */
export const increase = (local: number, by: Code): Code => [get(local), by, add, set(local)];
export const add: Code = [0x6a];
export const times: Code = [0x6c];
export const load: Code = [0x28, 2, 0];

/** Runs the body until the local has come down to zero; at least once. */
export const countDown = (local: number, by: number, body: Code): Code => [
  [LOOP, VOID],
  body,
  [increase(local, constant(-by)), get(local), constant(0), GREATER, BRANCH_IF, 0],
  END,
];

export const v128 = {
  /** Eight bytes, the upper half zero. */
  load8Bytes: [simd(0x5d), ANYWHERE],
  /** Eight bytes as sixteen-bit numbers. */
  loadBytesAs16: [simd(0x02), ANYWHERE],
  /** Four bytes, four times. */
  load32Everywhere: [simd(0x09), ANYWHERE],
  storeFirst4: [simd(0x5a), ANYWHERE, 0],
  storeFirst8: [simd(0x5b), ANYWHERE, 0],
  constantBytes: (bytes: readonly number[]): Code => [simd(0x0c), ...bytes],
  everywhere32: simd(0x11),
  /** Bytes of the two operands by index 0 to 31. */
  shuffle: (indices: readonly number[]): Code => [simd(0x0d), ...indices],
  /** Bytes of the first operand by the indices in the second; zero above 15. */
  pick: simd(0x0e),
  add32: simd(0xae),
  /** Products of sixteen-bit numbers, neighbours added up. */
  dot16: simd(0xba),
  shiftRight32: simd(0xac),
  /** Two operands of 32-bit numbers to 16 bits, cut off at the bounds. */
  narrow32: simd(0x85),
  /** Two operands of 16-bit numbers to bytes, cut off at 0 and 255. */
  narrow16: simd(0x66),
};

/** A module that exports the functions and works on the memory `env.memory`. */
export function assemble(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters }) => [
    [0x60, ...list(Array.from({ length: parameters }, () => [I32]))],
    0x00,
  ]);
  const bodies = functions.map(({ locals, body }) => {
    const declared = list([
      [...unsigned(locals.i32), I32],
      [...unsigned(locals.v128), V128],
    ]);
    const code = [...declared, ...flatten(body), END];
    return [...unsigned(code.length), ...code];
  });
  const indices = functions.map((_, index) => index);
  return Uint8Array.from([
    ...MAGIC,
    ...section(1, types),
    ...section(2, [[name('env'), name('memory'), 0x02, 0x00, 0x01]]),
    ...section(3, indices.map(unsigned)),
    ...section(
      7,
      functions.map((one, index) => [name(one.name), 0x00, unsigned(index)]),
    ),
    ...section(10, bodies),
  ]);
}

function section(id: number, entries: readonly Code[]): number[] {
  const bytes = list(entries);
  return [id, ...unsigned(bytes.length), ...bytes];
}

function list(entries: readonly Code[]): number[] {
  return [...unsigned(entries.length), ...flatten(entries)];
}

function name(text: string): number[] {
  return [...unsigned(text.length), ...Buffer.from(text)];
}

function flatten(code: Code): number[] {
  return code.flatMap((part) => (typeof part === 'number' ? part : flatten(part)));
}
