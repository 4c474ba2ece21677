import { isUtf8 } from 'node:buffer';
import { ARRAYS, type NumericDatatype } from '../../engine/tensor.data.js';
import type { NumericData, Tensor } from '../../engine/tensor.js';
import { invalidAt, type Place } from './tensor.faults.js';

/**
 * Tensors as bytes: little-endian and row-major without padding, BOOL a byte each, BYTES each after
 * its length in four bytes (Triton's binary tensor data extension).
 */

/** Numbers as a view of `bytes`, or a copy where they do not lie at a multiple of their size. */
export function decodeNumbers(datatype: NumericDatatype, bytes: Buffer, place: Place): NumericData {
  const array = ARRAYS[datatype];
  const size = array.BYTES_PER_ELEMENT;
  const data = new array(...alignedTo(size, bytes), bytes.byteLength / size);
  if (datatype === 'BOOL') requireBooleans(bytes, place);
  return data;
}

/** The upper halves of FP32, which hold every one of them exactly. */
export function decodeBf16(bytes: Buffer): Float32Array {
  const halves = new Uint16Array(...alignedTo(2, bytes), bytes.byteLength / 2);
  const words = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i += 1) words[i] = (halves[i] ?? 0) << 16;
  return new Float32Array(words.buffer);
}

/** Elements of BYTES as views. */
export function decodeElements(bytes: Buffer, count: number, place: Place): Buffer[] {
  const elements: Buffer[] = [];
  let at = 0;
  while (at + 4 <= bytes.byteLength && elements.length < count) {
    const end = at + 4 + bytes.readUInt32LE(at);
    if (end > bytes.byteLength) break;
    elements.push(bytes.subarray(at + 4, end));
    at = end;
  }
  if (elements.length === count && at === bytes.byteLength) return elements;
  const found =
    elements.length === count ? 'more bytes than that' : `${elements.length} whole ones`;
  throw invalidAt(
    place,
    `expected ${count} elements, each after its length in 4 bytes; found ${found}`,
  );
}

export function decodeText(element: Buffer, place: Place): string {
  if (isUtf8(element)) return element.toString('utf8');
  throw invalidAt(place, 'expected text in UTF-8');
}

export function encodeBinary({ datatype, data }: Tensor): Uint8Array {
  if (!Array.isArray(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (datatype !== 'BYTES') throw new TypeError(`${datatype} came as texts`);
  const parts = data.flatMap((text) => {
    const element = Buffer.from(text);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(element.byteLength);
    return [length, element];
  });
  return Buffer.concat(parts);
}

function alignedTo(size: number, bytes: Buffer): [buffer: ArrayBuffer, offset: number] {
  const { buffer, byteOffset, byteLength } = bytes;
  if (byteOffset % size === 0) return [buffer as ArrayBuffer, byteOffset];
  return [buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer, 0];
}

function requireBooleans(bytes: Buffer, place: Place): void {
  const wrong = bytes.findIndex((byte) => byte > 1);
  if (wrong >= 0)
    throw invalidAt(place, `expected bytes 0 or 1; element ${wrong} is ${bytes[wrong]}`);
}
