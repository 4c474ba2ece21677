import { halfToNumber, numberToHalf } from '../../engine/float16.js';
import { ARRAYS, elementsOf, type NumericDatatype } from '../../engine/tensor.data.js';
import type { NumericData, Tensor } from '../../engine/tensor.js';
import { invalidAt, notFinite, type Place } from './tensor.faults.js';

/** Tensors as JSON: nested as their shape, or flat in row-major order. */

/** How a datatype reads an element; undefined: it is none of its own. */
interface ElementReader {
  readonly expected: string;
  readonly read: (element: unknown) => number | undefined;
}

const integers = (least: number, most: number): ElementReader => ({
  expected: `an integer from ${least} to ${most}`,
  read: (element) =>
    Number.isInteger(element) && (element as number) >= least && (element as number) <= most
      ? (element as number)
      : undefined,
});

const floats = (round: (value: number) => number, isFinite: (value: number) => boolean) => ({
  expected: 'a number within its range',
  read: (element: unknown) => {
    // Integers beyond 2^53 come as BigInt where another input needed them exactly.
    const value = typeof element === 'bigint' ? Number(element) : element;
    return typeof value === 'number' && isFinite(value) ? round(value) : undefined;
  },
});

const READERS: Readonly<Record<Exclude<NumericDatatype, 'INT64' | 'UINT64'>, ElementReader>> = {
  BOOL: {
    expected: 'true or false',
    read: (element) => {
      if (element === true || element === 1) return 1;
      return element === false || element === 0 ? 0 : undefined;
    },
  },
  UINT8: integers(0, 0xff),
  UINT16: integers(0, 0xffff),
  UINT32: integers(0, 0xffff_ffff),
  INT8: integers(-0x80, 0x7f),
  INT16: integers(-0x8000, 0x7fff),
  INT32: integers(-0x8000_0000, 0x7fff_ffff),
  FP16: floats(numberToHalf, (value) => Math.abs(value) < 65_520),
  FP32: floats(Math.fround, (value) => Number.isFinite(Math.fround(value))),
  FP64: floats(Number, Number.isFinite),
};

/**
 * The elements of a tensor in row-major order.
 * @throws RequestError when `data` has not the shape
 */
export function flatten(data: unknown, shape: readonly number[], place: Place): readonly unknown[] {
  if (!Array.isArray(data)) throw invalidAt(place, `expected an array, ${nameOf(data)} came`);
  const flat = Array.isArray(data[0]) ? unnest(data, shape, place) : data;
  const count = elementsOf(shape);
  if (flat.length === count) return flat;
  const of = `${count} elements of shape [${shape.join(', ')}]`;
  throw invalidAt(place, `expected the ${of}, ${flat.length} came`);
}

function unnest(data: readonly unknown[], shape: readonly number[], place: Place): unknown[] {
  const flat: unknown[] = [];
  const visit = (part: unknown, depth: number) => {
    const side = shape[depth];
    if (side === undefined) {
      flat.push(part);
    } else if (Array.isArray(part) && part.length === side) {
      for (const inner of part) visit(inner, depth + 1);
    } else {
      const came = Array.isArray(part) ? `one of ${part.length}` : nameOf(part);
      const expected = `at depth ${depth + 1} an array of ${side}`;
      throw invalidAt(place, `expected data nested as its shape, ${expected}; ${came} came`);
    }
  };
  visit(data, 0);
  return flat;
}

/** @throws RequestError naming the first element that is none of the datatype */
export function decodeNumbers(
  datatype: NumericDatatype,
  elements: readonly unknown[],
  place: Place,
): NumericData {
  if (datatype === 'INT64' || datatype === 'UINT64') return decodeInt64(datatype, elements, place);
  const { expected, read } = READERS[datatype];
  const data = new ARRAYS[datatype](elements.length);
  for (let index = 0; index < data.length; index += 1) {
    const value = read(elements[index]);
    if (value === undefined) throw wrongElement(datatype, expected, elements[index], index, place);
    data[index] = value;
  }
  return data;
}

function decodeInt64(datatype: 'INT64' | 'UINT64', elements: readonly unknown[], place: Place) {
  const wrap = datatype === 'INT64' ? BigInt.asIntN : BigInt.asUintN;
  const data = new ARRAYS[datatype](elements.length);
  for (let index = 0; index < data.length; index += 1) {
    const value = toBigInt(elements[index]);
    if (value === undefined || wrap(64, value) !== value) {
      throw wrongElement(datatype, 'an integer of 64 bits', elements[index], index, place);
    }
    data[index] = value;
  }
  return data;
}

/** Decimal text is taken too: most languages cannot write such integers as JSON numbers. */
function toBigInt(element: unknown): bigint | undefined {
  if (typeof element === 'bigint') return element;
  if (typeof element === 'number') return Number.isInteger(element) ? BigInt(element) : undefined;
  return typeof element === 'string' && /^-?\d{1,20}$/.test(element) ? BigInt(element) : undefined;
}

/**
 * Whether numbers may have been rounded when they were parsed.
 * @param depth how deep `data` may be nested
 */
export function hasRoundedIntegers(data: unknown, depth: number): boolean {
  if (!Array.isArray(data)) return typeof data === 'number' && !Number.isSafeInteger(data);
  return depth > 0 && data.some((inner) => hasRoundedIntegers(inner, depth - 1));
}

/** @throws RequestError naming the first element that is no text */
export function requireTexts(elements: readonly unknown[], place: Place): string[] {
  const wrong = elements.findIndex((element) => typeof element !== 'string');
  if (wrong >= 0) throw wrongElement('BYTES', 'text', elements[wrong], wrong, place);
  return elements as string[];
}

/**
 * The elements as the text of a flat JSON array.
 * @throws RequestError `not-finite` when it holds NaN or an infinity, which JSON has no words for
 */
export function encodeJson(name: string, { datatype, data }: Tensor): string {
  if (Array.isArray(data)) return JSON.stringify(data);
  if (datatype === 'BOOL')
    return `[${Array.from(data as Uint8Array, (byte) => byte === 1).join(',')}]`;
  const numbers = datatype === 'FP16' ? Float32Array.from(data as Uint16Array, halfToNumber) : data;
  if (datatype.startsWith('FP') && !(numbers as Float32Array).every(Number.isFinite)) {
    const text = `The output '${name}' holds NaN or an infinity, which JSON cannot tell`;
    throw notFinite(`${text}: ask for it as binary data.`);
  }
  // Of numbers beyond 2^53 too: a typed array joins BigInt digit by digit.
  return `[${numbers.join(',')}]`;
}

function wrongElement(
  datatype: string,
  expected: string,
  element: unknown,
  index: number,
  place: Place,
) {
  const came = typeof element === 'number' ? String(element) : nameOf(element);
  return invalidAt(place, `expected ${expected} for ${datatype}; element ${index} is ${came}`);
}

function nameOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
