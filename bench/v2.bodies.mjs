/** Malformed inference requests, the same for the same seed. */
import { deflateSync, gzipSync } from 'node:zlib';
import { pick, rightRequest } from './v2.requests.mjs';

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

/** Shapes that no model has, or that no memory holds. */
const SHAPES = [
  [],
  [-1],
  [0],
  [2 ** 31, 2 ** 31],
  [2 ** 53],
  [1e308],
  [1.5],
  Array(17).fill(1),
  [1, 4097],
];

const DEPTH = 100_000;
const BOMB_BYTES = 30_000_000;

/** Bodies of megabytes in a few kilobytes: beyond the limit of the server, and below it. */
const BOMBS = [
  Buffer.alloc(BOMB_BYTES),
  Buffer.alloc(9_000_000, '['),
  Buffer.alloc(9_000_000, ' '),
].flatMap((body) => [
  { coding: 'gzip', body: gzipSync(body) },
  { coding: 'deflate', body: deflateSync(body) },
]);

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
  const { model, json, binary } = rightRequest(random);
  let value = json;
  for (let times = random() * 3; times > 1; times -= 1) value = spoilValue(value, random);
  if (random() < 0.1 && value?.inputs?.[0]) {
    const [first, ...rest] = value.inputs;
    value = { ...value, inputs: [{ ...first, shape: pick(SHAPES, random) }, ...rest] };
  }
  let text = JSON.stringify(value) ?? '';
  if (random() < 0.01) text = text.replace(/"data":\[/, `"data":[${'['.repeat(DEPTH)}`);
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
      ['0', '1', '-1', '1e3', '', '99999999', 'x', '18446744073709551616', '1, 2']
        // Lies that are near the truth.
        .concat(
          [head.byteLength - 1, head.byteLength + 1, body.byteLength, body.byteLength + 1].map(
            String,
          ),
        ),
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
  if (random() < 0.01) {
    const { coding, body: packed } = pick(BOMBS, random);
    headers['content-encoding'] = coding;
    body = packed;
  }
  return { path: `/v2/models/${model}/infer`, headers, body };
}
