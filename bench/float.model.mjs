/**
 * The vision model with an input of floats: a Cast before the graph, written into the ONNX file's
 * protocol buffers (onnx.proto: ModelProto.graph = 7; GraphProto.node = 1, input = 11).
 */
import { createHash } from 'node:crypto';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const NAME = 'pixels';
const FLOAT = 1;
const UINT8 = 2;

function varint(value) {
  const bytes = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}

function readVarint(bytes, at) {
  let value = 0;
  for (let place = 1; ; place *= 128) {
    const byte = bytes[at++];
    value += (byte % 128) * place;
    if (byte < 128) return [value, at];
  }
}

const field = (number, content) =>
  Buffer.concat([varint(number * 8 + 2), varint(content.byteLength), content]);
const number = (tag, value) => Buffer.concat([varint(tag * 8), varint(value)]);
const text = (tag, value) => field(tag, Buffer.from(value));

/** The fields of a message in their order; those without length keep their bytes. */
function fields(message) {
  const found = [];
  for (let at = 0; at < message.byteLength;) {
    const start = at;
    let key;
    let size;
    [key, at] = readVarint(message, at);
    const wire = key % 8;
    if (wire === 2) [size, at] = readVarint(message, at);
    else if (wire === 0) {
      [, at] = readVarint(message, at);
      size = 0;
    } else size = wire === 1 ? 8 : 4;
    const content = message.subarray(at, at + size);
    at += size;
    found.push({ tag: Math.floor(key / 8), content, whole: message.subarray(start, at) });
  }
  return found;
}

const change = (message, tag, how) =>
  Buffer.concat(
    fields(message).map((one) => (one.tag === tag ? field(tag, how(one.content)) : one.whole)),
  );

function floatInput(valueInfo) {
  const typed = change(valueInfo, 2, (type) =>
    change(type, 1, (tensor) => {
      const shape = fields(tensor).filter(({ tag }) => tag === 2);
      return Buffer.concat([number(1, FLOAT), ...shape.map(({ whole }) => whole)]);
    }),
  );
  return change(typed, 1, () => Buffer.from(NAME));
}

function castTo(output) {
  const to = Buffer.concat([text(1, 'to'), number(3, UINT8), number(20, 2)]);
  return field(1, Buffer.concat([text(1, NAME), text(2, output), text(4, 'Cast'), field(5, to)]));
}

/** Writes the folder `to`, the version `from` with floats of 0 to 255 as its input `pixels`. */
export function writeFloatModel(from, to) {
  cpSync(from, to, { recursive: true });
  const manifest = JSON.parse(readFileSync(join(from, 'model.json'), 'utf8'));
  const [file] = manifest.graphs;
  const model = change(readFileSync(join(from, file)), 7, (graph) =>
    Buffer.concat([castTo(manifest.input.name), change(graph, 11, floatInput)]),
  );
  writeFileSync(join(to, file), model);
  const sha256 = createHash('sha256').update(model).digest('hex');
  manifest.files = manifest.files.map((one) =>
    one.path === file ? { ...one, sha256, bytes: model.byteLength } : one,
  );
  manifest.input = { ...manifest.input, name: NAME, datatype: 'FP32' };
  Object.assign(manifest.preprocessing, { scale: 1, mean: [0, 0, 0], std: [1, 1, 1] });
  writeFileSync(join(to, 'model.json'), JSON.stringify(manifest));
}
