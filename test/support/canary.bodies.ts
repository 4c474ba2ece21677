import { readFileSync } from 'node:fs';
import type { Canaries } from './canary.js';
import { taggedJpeg, taggedPng } from './tagged.images.js';

export interface HostileBody {
  readonly type: string;
  readonly body: string | Buffer;
}

const JPEG = readFileSync(new URL('../fixtures/photos/coffee.jpg', import.meta.url));
const PNG = readFileSync(new URL('../fixtures/vision/coffee-150x200.png', import.meta.url));

/**
 * JSON made of one that the route takes: with each of its values replaced, with members added and
 * renamed, and broken off.
 */
export function hostileJson(example: unknown, canaries: Canaries): HostileBody[] {
  const here = (what: string) => canaries.at(`${what} of a JSON body`);
  const members = () => ({ [here('name of a member')]: here('member'), id: here('id') });
  const parameters = () => ({ ...members(), timeout: here('timeout') });
  const values = [
    ...replacedOneByOne(example, () => here('value')),
    { ...Object(example), ...members(), parameters: parameters() },
    renamed(example, () => here('name')),
    [here('list')],
    here('text'),
  ];
  const broken = `{"${here('name')}": "${here('value where it breaks off')}`;
  const bodies = [...values.map((value) => JSON.stringify(value)), broken, here('what is no JSON')];
  return bodies.map((body) => ({ type: 'application/json', body }));
}

/** Images that tell of themselves, as they are and damaged, in every wrapping. */
export function hostileImages(canaries: Canaries): HostileBody[] {
  const jpeg = taggedJpeg(JPEG, canaries.at('metadata of a JPEG'));
  const png = taggedPng(PNG, canaries.at('text of a PNG'));
  const damaged = Buffer.concat([
    jpeg.subarray(0, 1_000),
    Buffer.from(canaries.at('pixels of a damaged JPEG')),
  ]);
  const noImage = Buffer.from(canaries.at('bytes that are no image'));
  const boundary = canaries.word('boundary');
  return [
    { type: 'image/jpeg', body: jpeg },
    { type: 'image/png', body: png },
    { type: 'image/jpeg', body: damaged },
    { type: 'application/octet-stream', body: noImage },
    { type: 'application/json', body: JSON.stringify({ image: png.toString('base64') }) },
    {
      type: 'application/json',
      body: JSON.stringify({ image: `data:image/${canaries.word('data URL')};base64,AAAA` }),
    },
    { type: `multipart/form-data; boundary=${boundary}`, body: form(boundary, 'image', canaries) },
    {
      type: `multipart/form-data; boundary=${boundary}`,
      body: form(boundary, canaries.at('name of a field'), canaries),
    },
    { type: 'multipart/form-data; boundary=other', body: form(boundary, 'image', canaries) },
  ];
}

/** A question in the binary form of Open Inference: JSON, then length and text. */
export function hostileTensor(canaries: Canaries): { json: string; body: Buffer } {
  const text = Buffer.from(canaries.at('binary tensor'));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.byteLength);
  const parameters = {
    binary_data_size: text.byteLength + 4,
    [canaries.word('parameter')]: canaries.at('parameter'),
  };
  const input = { name: 'question', shape: [1], datatype: 'BYTES', parameters };
  const json = JSON.stringify({ id: canaries.at('id'), inputs: [input] });
  return { json, body: Buffer.concat([Buffer.from(json), length, text]) };
}

function form(boundary: string, field: string, canaries: Canaries): Buffer {
  const quoted = (text: string) => text.replaceAll('"', '%22');
  const head = [
    `--${boundary}`,
    `content-disposition: form-data; name="${quoted(field)}"; filename="${quoted(canaries.at('file name'))}.png"`,
    `content-type: image/${canaries.word('type of a part')}`,
    `x-note: ${canaries.at('header of a part')}`,
  ].join('\r\n');
  return Buffer.concat([
    Buffer.from(`${head}\r\n\r\n`),
    PNG,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
}

/** Copies of a value, in each of which one text, number or truth within is another. */
function replacedOneByOne(value: unknown, make: () => unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [make()];
  return Object.entries(value).flatMap(([name, member]) =>
    replacedOneByOne(member, make).map((other) =>
      Array.isArray(value)
        ? value.map((one, at) => (String(at) === name ? other : one))
        : { ...value, [name]: other },
    ),
  );
}

function renamed(value: unknown, make: () => string): unknown {
  return Object.fromEntries(Object.values(Object(value)).map((member) => [make(), member]));
}
