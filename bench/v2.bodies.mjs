/** Malformed inference requests, the same for the same seed. */
import { deflateSync, gzipSync } from 'node:zlib';

/** xorshift32 */
export function randomFrom(seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

const ODD = [
  null,
  true,
  -1,
  0,
  1.5,
  300,
  2 ** 31,
  2 ** 53,
  1e308,
  '',
  'NaN',
  '\ud800',
  'BYTES',
  'FP16',
  'BF16',
  'INT64',
  [],
  [[]],
  [[[[1]]]],
  {},
  { a: { b: [null] } },
];

/** Text in place of JSON, or parts of it that JSON.stringify does not write. */
const RAW = [
  'NaN',
  '-Infinity',
  '1e999',
  '123456789012345678901234567890',
  '{"__proto__":{"x":1}}',
  '"\\ud800"',
  '[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]',
  '\u0000',
  '/*x*/1',
];

const pick = (list, random) => list[Math.floor(random() * list.length)];

function elements(parts) {
  return Buffer.concat(
    parts.flatMap((part) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(part.byteLength);
      return [length, part];
    }),
  );
}

/** Requests that are right, to be spoilt. */
function rightOnes(random) {
  const question = Buffer.from('how do i copy an array');
  const image = Buffer.from(Array.from({ length: 40 }, () => random() * 256));
  const binary = pick([elements([question]), elements([question, question]), image], random);
  const isVision = random() < 0.4;
  const [name, datatype] = isVision
    ? ['image', pick(['BYTES', 'UINT8'], random)]
    : ['question', 'BYTES'];
  const shape = datatype === 'UINT8' ? [1, 224, 224, 3] : [1];
  const data = isVision ? [image.toString('base64')] : ['how do i copy an array'];
  const isBinary = random() < 0.5;
  const input = isBinary
    ? { name, datatype, shape, parameters: { binary_data_size: binary.byteLength } }
    : { name, datatype, shape, data };
  const output = pick(isVision ? ['logits'] : ['id', 'probability', 'answered'], random);
  const json = {
    id: 'x',
    parameters: { binary_data_output: random() < 0.5, timeout: 6e7, priority: 1 },
    inputs: [input],
    outputs: [{ name: output, parameters: { classification: 2, binary_data: false } }],
  };
  return { model: isVision ? 'vision' : 'faq', json, binary: isBinary ? binary : undefined };
}

/** Puts something odd at a random place of a value, or takes that place away. */
function spoilValue(value, random) {
  if (typeof value !== 'object' || value === null || random() < 0.15) return pick(ODD, random);
  const keys = Object.keys(value);
  const key = pick(keys, random);
  const copy = Array.isArray(value) ? [...value] : { ...value };
  if (key === undefined) return pick(ODD, random);
  const way = random();
  if (way < 0.05) copy[`__proto__${key}`] = pick(ODD, random);
  else if (way < 0.15 && Array.isArray(copy)) copy.push(...copy);
  else if (way < 0.15) delete copy[key];
  else copy[key] = spoilValue(copy[key], random);
  return copy;
}

function spoilBytes(bytes, random) {
  const at = Math.floor(random() * (bytes.byteLength + 1));
  const noise = Buffer.from(Array.from({ length: 1 + random() * 8 }, () => random() * 256));
  const kind = Math.floor(random() * 5);
  if (kind === 0) return bytes.subarray(0, at);
  if (kind === 1) return Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at)]);
  if (kind === 2) return Buffer.concat([bytes, bytes.subarray(at)]);
  if (kind === 3) return Buffer.concat([bytes.subarray(0, at), Buffer.from(pick(RAW, random))]);
  const copy = Buffer.from(bytes);
  if (at < copy.byteLength) copy[at] = random() * 256;
  return copy;
}

function spoilText(text, random) {
  const numbers = [...text.matchAll(/[0-9.]+|"[^"]*"/g)];
  const found = pick(numbers, random);
  if (found === undefined) return text;
  return text.slice(0, found.index) + pick(RAW, random) + text.slice(found.index + found[0].length);
}

/** A request to `/v2/models/<model>/infer` that is wrong in one to three ways. */
export function malformedRequest(random) {
  const { model, json, binary } = rightOnes(random);
  let value = json;
  for (let times = random() * 3; times > 1; times -= 1) value = spoilValue(value, random);
  let text = JSON.stringify(value) ?? '';
  if (random() < 0.3) text = spoilText(text, random);
  let head = Buffer.from(text);
  if (random() < 0.2) head = spoilBytes(head, random);
  let tail = binary;
  if (tail !== undefined && random() < 0.4) tail = spoilBytes(tail, random);
  let body = tail === undefined ? head : Buffer.concat([head, tail]);
  const headers = {};
  if (tail !== undefined) headers['inference-header-content-length'] = String(head.byteLength);
  if (random() < 0.1) {
    const length = pick(
      ['0', '1', '-1', '1e3', '', '99999999', 'x', '18446744073709551616'],
      random,
    );
    headers['inference-header-content-length'] = length;
  }
  if (random() < 0.2)
    headers['content-type'] = pick(['application/json', 'text/html', ';'], random);
  if (random() < 0.15) {
    const coding = pick(['gzip', 'deflate', 'br', 'identity', 'gzip, gzip'], random);
    headers['content-encoding'] = coding;
    if (random() < 0.6) body = coding === 'deflate' ? deflateSync(body) : gzipSync(body);
    if (random() < 0.3) body = spoilBytes(body, random);
  }
  if (random() < 0.1) headers['accept-encoding'] = pick(['gzip', 'deflate', '*', ';q='], random);
  return { path: `/v2/models/${model}/infer`, headers, body };
}
