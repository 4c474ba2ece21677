import type { Signature } from '../engine/runtime.protocol.js';
import type { Datatype, Tensor, Tensors, TensorSpec } from '../engine/tensor.js';
import { fromJson, type JsonTensor } from './json.tensor.js';

/** Sides that are tried for free dimensions beyond the first; 224 is the usual picture's. */
const SIDES = [1, 32, 224];
/** Token ids and classes are small numbers: larger ones are more often out of bounds. */
const INTEGERS = 10;

/** One way of making inputs up. */
export interface Invention {
  readonly from: 'random numbers' | 'zeros';
  /** Of free dimensions beyond the first. */
  readonly side: number;
}

/** Ways worth trying, the most telling first. */
export function inventions({ inputs }: Pick<Signature, 'inputs'>): Invention[] {
  const isFree = inputs.some(({ shape }) => shape.slice(1).includes(-1));
  const sides = isFree ? SIDES : SIDES.slice(0, 1);
  return sides.flatMap((side) => [
    { from: 'random numbers' as const, side },
    { from: 'zeros' as const, side },
  ]);
}

/**
 * Inputs of one row that fit a graph's signature, the same for the same seed: numbers between -1
 * and 1, integers below 10, texts of one letter; or zeros and empty texts.
 */
export function inventInputs(
  { inputs }: Pick<Signature, 'inputs'>,
  { from, side }: Invention,
  seed: number,
): Tensors {
  const random = generator(seed);
  const next = from === 'zeros' ? zeroOf : (type: Datatype) => randomOf(type, random());
  return Object.fromEntries(inputs.map((spec) => [spec.name, invent(spec, side, next)]));
}

type Element = JsonTensor['data'][number];

function invent(
  { datatype, shape: [rows = 1, ...inner], shape }: TensorSpec,
  side: number,
  next: (datatype: Datatype) => Element,
): Tensor {
  const sizes = [rows === -1 ? 1 : rows, ...inner.map((size) => (size === -1 ? side : size))];
  const length = sizes.reduce((product, size) => product * size, 1);
  const data = Array.from({ length }, () => next(datatype));
  return fromJson({ datatype, shape: sizes.slice(0, shape.length), data });
}

function randomOf(datatype: Datatype, random: number): Element {
  if (datatype === 'BYTES') return String.fromCodePoint(97 + Math.floor(random * 26));
  if (datatype === 'BOOL') return random < 0.5;
  return datatype.startsWith('FP') ? 2 * random - 1 : Math.floor(random * INTEGERS);
}

function zeroOf(datatype: Datatype): Element {
  if (datatype === 'BYTES') return '';
  return datatype === 'BOOL' ? false : 0;
}

/** Numbers from 0 to below 1, the same in every run (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
