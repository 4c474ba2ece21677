import { ARRAYS, elementsOf } from '../../engine/tensor.data.js';
import type { Tensor, TensorSpec } from '../../engine/tensor.js';
import { pointerTo } from '../../http/request.errors.js';
import type { FileTensor, InferInputs } from '../../scoring/scorer.js';
import { decodeBase64 } from '../base64.js';
import * as binary from './binary.codec.js';
import { formOf, type ModelFace } from './infer.request.js';
import type { InferInputJson, InferRequestJson, WireDatatype } from './infer.schema.js';
import * as json from './json.codec.js';
import { invalidAt, type Place } from './tensor.faults.js';

type Input = Tensor | FileTensor;

/** An input of a request that fits one of the model in name, datatype and shape. */
interface FittingInput {
  readonly place: Place;
  readonly spec: TensorSpec;
  readonly datatype: WireDatatype;
  /** With as many sides as the model's. */
  readonly shape: readonly number[];
  /** Whether its elements are files that the model decodes. */
  readonly isFiles: boolean;
  /** Whether its elements are written in base64. */
  readonly isBase64: boolean;
}

/**
 * The tensors of a request, each fitting the model.
 * @param bytes what follows the JSON; undefined: nothing may follow
 * @throws RequestError
 */
export function readInputs(
  { inputs, parameters }: InferRequestJson,
  bytes: Buffer | undefined,
  face: ModelFace,
): InferInputs {
  const read = new Map<string, Input>();
  let at = 0;
  for (const [index, input] of inputs.entries()) {
    const place = ['inputs', index];
    if (read.has(input.name)) throw invalidAt([...place, 'name'], 'expected each input once');
    const fitting = fit(input, parameters?.content_type, face, place);
    const size = input.parameters?.binary_data_size;
    if (size === undefined) {
      read.set(input.name, readJson(input.data, fitting));
    } else {
      const taken = takeBytes(input, bytes?.subarray(at, at + size), place);
      at += size;
      read.set(input.name, readBinary(taken, fitting));
    }
  }
  if (bytes !== undefined && at !== bytes.byteLength) {
    const came = `${bytes.byteLength} came`;
    throw invalidAt([], `expected ${at} bytes after the JSON, as its inputs say; ${came}`);
  }
  requireAll(read, face);
  return Object.fromEntries(read);
}

/**
 * The whole body as the one input of the model: a file or a text as it is, numbers as they lie.
 * @throws RequestError
 */
export function readRawInput(bytes: Buffer, { inputs, files, maxRows }: ModelFace): InferInputs {
  const [spec, second] = inputs;
  if (spec === undefined || second !== undefined) {
    throw invalidAt([], `expected JSON: the model has ${inputs.length} inputs`);
  }
  if (files.includes(spec.name)) {
    return { [spec.name]: { datatype: 'BYTES', shape: [1], files: [bytes] } };
  }
  if (spec.datatype === 'BYTES') {
    const shape = spec.shape.map(() => 1);
    return { [spec.name]: { datatype: 'BYTES', shape, data: [binary.decodeText(bytes, [])] } };
  }
  const fixed = elementsOf(spec.shape.filter((side) => side !== -1)) * widthOf(spec.datatype);
  const free = spec.shape.filter((side) => side === -1).length;
  const side = bytes.byteLength / fixed;
  const isRowsWithin = spec.shape[0] !== -1 || side <= maxRows;
  if (
    free > 1 ||
    !Number.isInteger(side) ||
    side < 1 ||
    (free === 0 && side !== 1) ||
    !isRowsWithin
  ) {
    const expected = `expected the bytes of ${formOf(spec.datatype, spec.shape)}`;
    throw invalidAt([], `${expected}; ${bytes.byteLength} came`);
  }
  const shape = spec.shape.map((given) => (given === -1 ? side : given));
  const data = binary.decodeNumbers(spec.datatype, bytes, []);
  return { [spec.name]: { datatype: spec.datatype, shape, data } };
}

function fit(
  { name, datatype, shape, parameters }: InferInputJson,
  contentType: string | undefined,
  { inputs, files, maxRows }: ModelFace,
  place: Place,
): FittingInput {
  const spec = inputs.find((input) => input.name === name);
  if (spec === undefined) {
    const names = inputs.map((input) => input.name).join(', ');
    throw invalidAt([...place, 'name'], `expected an input of the model: ${names}`);
  }
  const takesFiles = spec.datatype !== 'BYTES' && files.includes(name);
  const isFiles = takesFiles && datatype === 'BYTES';
  const wanted = isFiles ? [-1] : spec.shape;
  const fitted = fitShape(shape, wanted);
  const isType =
    isFiles || datatype === spec.datatype || (datatype === 'BF16' && spec.datatype === 'FP32');
  if (fitted === undefined || !isType) {
    const other = takesFiles ? ' or encoded files as BYTES [-1]' : '';
    const expected = `${formOf(spec.datatype, spec.shape)}${other}`;
    const text = `the input '${name}' is ${formOf(datatype, shape)}, expected ${expected}`;
    throw invalidAt([...place, isType ? 'shape' : 'datatype'], text);
  }
  const rows = wanted[0] === -1 ? (fitted[0] ?? 0) : 0;
  if (rows > maxRows) {
    const text = `the input '${name}' has ${rows} rows, expected at most ${maxRows}`;
    throw invalidAt([...place, 'shape'], text);
  }
  const isBase64 = isFiles || (parameters?.content_type ?? contentType) === 'base64';
  return { place, spec, datatype, shape: fitted, isFiles, isBase64 };
}

/** Many clients send a column [N, 1] where a list [N] is meant: the same elements. */
function fitShape(shape: readonly number[], wanted: readonly number[]) {
  const isColumn = shape.length === wanted.length + 1 && shape.at(-1) === 1;
  const sides = isColumn ? shape.slice(0, -1) : shape;
  const fits = (side: number, index: number) => wanted[index] === -1 || wanted[index] === side;
  return sides.length === wanted.length && sides.every(fits) ? sides : undefined;
}

function readJson(data: unknown, fitting: FittingInput): Input {
  const { spec, datatype, shape, isFiles, isBase64 } = fitting;
  const place = [...fitting.place, 'data'];
  if (datatype === 'BF16') throw invalidAt(place, 'expected BF16 as binary data');
  const elements = json.flatten(data, shape, place);
  if (datatype !== 'BYTES') {
    return { datatype: spec.datatype, shape, data: json.decodeNumbers(datatype, elements, place) };
  }
  const texts = json.requireTexts(elements, place);
  if (!isBase64) return { datatype, shape, data: texts };
  const files = texts.map((text, index) => decodeBase64(text, pointerTo([...place, index])));
  if (isFiles) return { datatype, shape, files };
  return { datatype, shape, data: files.map((bytes) => binary.decodeText(bytes, place)) };
}

function readBinary(bytes: Buffer, { spec, datatype, shape, isFiles, place }: FittingInput): Input {
  const count = elementsOf(shape);
  if (datatype === 'BYTES') {
    const elements = binary.decodeElements(bytes, count, place);
    if (isFiles) return { datatype, shape, files: elements };
    return { datatype, shape, data: elements.map((one) => binary.decodeText(one, place)) };
  }
  if (bytes.byteLength !== count * widthOf(datatype)) {
    const expected = `${count * widthOf(datatype)} bytes for ${formOf(datatype, shape)}`;
    const at = [...place, 'parameters', 'binary_data_size'];
    throw invalidAt(at, `the input '${spec.name}' has ${bytes.byteLength}, expected ${expected}`);
  }
  const isBf16 = datatype === 'BF16';
  const data = isBf16 ? binary.decodeBf16(bytes) : binary.decodeNumbers(datatype, bytes, place);
  return { datatype: spec.datatype, shape, data };
}

function takeBytes(
  { data, parameters }: InferInputJson,
  bytes: Buffer | undefined,
  place: Place,
): Buffer {
  const at = [...place, 'parameters', 'binary_data_size'];
  if (bytes === undefined) {
    throw invalidAt(at, 'expected the header Inference-Header-Content-Length with binary data');
  }
  if (data !== undefined && data !== null) throw invalidAt(at, 'expected data or binary data');
  if (bytes.byteLength === parameters?.binary_data_size) return bytes;
  throw invalidAt(at, `expected that many bytes; ${bytes.byteLength} were left`);
}

function requireAll(read: ReadonlyMap<string, Input>, { inputs }: ModelFace): void {
  const missing = inputs.filter(({ name }) => !read.has(name)).map(({ name }) => name);
  if (missing.length > 0) {
    throw invalidAt(['inputs'], `expected every input of the model: ${missing.join(', ')} missing`);
  }
  const counted = inputs.filter(({ shape }) => shape[0] === -1);
  const rows = new Set(counted.map(({ name }) => read.get(name)?.shape[0]));
  if (rows.size <= 1) return;
  throw invalidAt(['inputs'], `expected inputs of equally many rows; ${[...rows].join(', ')} came`);
}

function widthOf(datatype: Exclude<WireDatatype, 'BYTES'>): number {
  return datatype === 'BF16' ? 2 : ARRAYS[datatype].BYTES_PER_ELEMENT;
}
