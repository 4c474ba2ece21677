import { describe, expect, it } from '@jest/globals';
import { halfToNumber, numberToHalf } from '../../engine/float16.js';
import { ARRAYS, elementsOf } from '../../engine/tensor.data.js';
import { concatRows, type Datatype, sliceRows, type Tensor } from '../../engine/tensor.js';
import type { ModelFace } from './infer.request.js';
import { parseInferRequest } from './request.parser.js';
import { writeAnswer } from './response.writer.js';

const DATATYPES = [...Object.keys(ARRAYS), 'BYTES'] as Datatype[];
const TEXTS = ['', 'plain', 'Grüße', '日本語', '🦆 "quoted" \\ \n \u2028', '\u0000', '1'];

/** xorshift32: the same numbers in every run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

function randomTensor(datatype: Datatype, random: () => number): Tensor {
  const sides = Array.from({ length: Math.floor(random() * 3) }, () => Math.floor(random() * 5));
  const shape = [1 + Math.floor(random() * 4), ...sides];
  const count = elementsOf(shape);
  if (datatype === 'BYTES') {
    const pick = () => TEXTS[Math.floor(random() * TEXTS.length)] ?? '';
    return { datatype, shape, data: Array.from({ length: count }, pick) };
  }
  const bytes = new Uint8Array(count * ARRAYS[datatype].BYTES_PER_ELEMENT);
  for (let i = 0; i < bytes.length; i += 1) {
    bytes[i] = random() * (datatype === 'BOOL' ? 2 : 256);
  }
  const data = new ARRAYS[datatype](bytes.buffer);
  // NaN and infinities are for the tests of the binary form.
  for (const [index, value] of data.entries()) {
    const number = datatype === 'FP16' ? halfToNumber(Number(value)) : Number(value);
    if (datatype.startsWith('FP') && !Number.isFinite(number)) data[index] = 0 as never;
    // JSON has one zero.
    if (datatype.startsWith('FP') && number === 0) data[index] = 0 as never;
  }
  return { datatype, shape, data };
}

function faceOf(tensors: readonly Tensor[]): ModelFace {
  const inputs = tensors.map(({ datatype, shape }, index) => {
    return { name: `t${index}`, datatype, shape: shape.map(() => -1) };
  });
  return { inputs, outputs: inputs, files: [], maxRows: 100 };
}

/** What the server wrote as an answer, read by the server as a request. */
function readBack(tensors: readonly Tensor[], isBinary: (index: number) => boolean, id: string) {
  const outputs = tensors.map((tensor, index) => {
    return { name: `t${index}`, binary: isBinary(index), tensor };
  });
  const written = writeAnswer({ model: { name: 'm', version: 1 }, id, outputs });
  const bytes = Buffer.from(written.bytes);
  // Of the same length, so that the lengths in headers stay right.
  const at = bytes.indexOf('"outputs":');
  bytes.write('"inputs" :', at);
  return parseInferRequest({ bytes, jsonBytes: written.jsonBytes }, faceOf(tensors));
}

const plain = (tensor: object) => ({ ...tensor, data: Array.from((tensor as Tensor).data as []) });

describe('an answer that is read as a request', () => {
  it.each(DATATYPES)('gives %s tensors back unchanged, as JSON and as bytes', (datatype) => {
    const random = randomFrom(4242 + DATATYPES.indexOf(datatype));
    for (let round = 0; round < 100; round += 1) {
      const tensor = randomTensor(datatype, random);
      for (const binary of [false, true]) {
        const { inputs, id } = readBack([tensor], () => binary, `Id "${round}"`);
        expect(plain(inputs['t0'] ?? {})).toEqual(plain(tensor));
        expect(id).toBe(`Id "${round}"`);
      }
    }
  });

  it('keeps tensors of both forms apart that lie one after the other', () => {
    const random = randomFrom(7);
    for (let round = 0; round < 200; round += 1) {
      const rows = 1 + Math.floor(random() * 4);
      const tensors = DATATYPES.filter(() => random() < 0.5)
        .map((datatype) => randomTensor(datatype, random))
        .filter(({ data }) => data.length > 0)
        .map((tensor) => concatRows(Array(rows).fill(sliceRows(tensor, 0, 1))));
      if (tensors.length === 0) continue;
      const forms = tensors.map(() => random() < 0.5);
      const { inputs } = readBack(tensors, (index) => forms[index] ?? false, 'x');
      for (const [index, tensor] of tensors.entries()) {
        expect(plain(inputs[`t${index}`] ?? {})).toEqual(plain(tensor));
      }
    }
  });

  it('keeps NaN, infinities and negative zero in bytes, and refuses them as JSON', () => {
    const values = [NaN, Infinity, -Infinity, -0];
    const tensors: Tensor[] = [
      { datatype: 'FP32', shape: [4], data: Float32Array.from(values) },
      { datatype: 'FP64', shape: [4], data: Float64Array.from(values) },
      { datatype: 'FP16', shape: [4], data: Uint16Array.from(values, numberToHalf) },
    ];
    const { inputs } = readBack(tensors, () => true, '');
    for (const [index, tensor] of tensors.entries()) {
      expect(plain(inputs[`t${index}`] ?? {})).toEqual(plain(tensor));
      expect(() => readBack([tensor], () => false, '')).toThrow(/'t0' holds NaN or an infinity/);
    }
  });
});
