import { readFile } from 'node:fs/promises';

/** What an ONNX file says of itself, read without a runtime. */
export interface OnnxFile {
  /** Program that wrote it, for example `skl2onnx 1.20.0`. */
  readonly producer: string | undefined;
  /** Files beside it that hold its weights, relative to it. */
  readonly externalData: readonly string[];
}

/** The file is no ONNX file; the message names it. */
export class OnnxFileError extends Error {
  override readonly name = 'OnnxFileError';
}

type Message =
  'model' | 'function' | 'graph' | 'node' | 'attribute' | 'sparse' | 'tensor' | 'entry';

/** Fields of onnx.proto on the way from a model to the names of files that its tensors lie in. */
const INNER: Record<Message, Readonly<Record<number, Message>>> = {
  model: { 7: 'graph', 25: 'function' },
  function: { 7: 'node' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  sparse: { 1: 'tensor', 2: 'tensor' },
  tensor: { 13: 'entry' },
  entry: {},
};
const MODEL = { producerName: 2, producerVersion: 3, graph: 7 };
const ENTRY = { key: 1, value: 2 };

/** @throws OnnxFileError when it is not a model in ONNX's protocol buffer form */
export async function readOnnxFile(path: string): Promise<OnnxFile> {
  const bytes = await readFile(path);
  try {
    const fields = new Map(fieldsOf(bytes));
    if (!fields.has(MODEL.graph)) throw new RangeError('it holds no graph');
    const { producerName, producerVersion } = MODEL;
    const maker = [producerName, producerVersion].map((field) => fields.get(field)?.toString());
    const producer = maker.filter(Boolean).join(' ') || undefined;
    return { producer, externalData: [...new Set(locationsIn(bytes, 'model'))] };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new OnnxFileError(`${path} is not an ONNX file: ${error.message}`);
  }
}

function* locationsIn(bytes: Buffer, message: Message): Generator<string> {
  if (message === 'entry') {
    const entry = new Map(fieldsOf(bytes));
    const value = entry.get(ENTRY.value);
    if (entry.get(ENTRY.key)?.toString() === 'location' && value) yield value.toString();
    return;
  }
  for (const [field, content] of fieldsOf(bytes)) {
    const inner = INNER[message][field];
    if (inner !== undefined) yield* locationsIn(content, inner);
  }
}

/**
 * Fields of a protocol buffer message by number, as views; those that are numbers are empty.
 * @throws RangeError where the bytes are none
 */
function* fieldsOf(bytes: Buffer): Generator<[field: number, content: Buffer]> {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let factor = 1; factor <= 2 ** 63; factor *= 128) {
      const byte = bytes.readUInt8(at);
      at += 1;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    throw new RangeError('a number has no end');
  };
  while (at < bytes.length) {
    const tag = varint();
    const length = lengthOf(tag % 8, varint);
    if (at + length > bytes.length) throw new RangeError('it is cut off');
    const isContent = tag % 8 === 2;
    yield [Math.floor(tag / 8), bytes.subarray(at, isContent ? at + length : at)];
    at += length;
  }
}

/** Bytes of a field that still follow; a number of variable length has been read then. */
function lengthOf(wireType: number, varint: () => number): number {
  if (wireType === 1) return 8;
  if (wireType === 5) return 4;
  const value = [0, 2].includes(wireType) ? varint() : undefined;
  if (value === undefined) throw new RangeError('its bytes are of another form');
  return wireType === 2 ? value : 0;
}
