import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { valueSymbol } from 'piscina';
import { decodeBase64, type LiftedBytes, referenceTo } from './base64.js';
import parseLongJson, { type LongJson } from './long.json.worker.js';

const image = randomBytes(40_000);
const wrapped = image.toString('base64').replace(/.{76}/g, '$&\r\n');

interface Parsed<Value> {
  readonly value: Value;
  readonly decoded: LiftedBytes;
}

/** `Value`: what a body of this form is parsed to. */
function parse<Value>(body: Value, lifted = 0): Parsed<Value> {
  return parseText(JSON.stringify(body), lifted) as Parsed<Value>;
}

/** What the thread's answer carries over. */
function parseText(json: string, lifted = 0): LongJson {
  const answer = parseLongJson({ json: Buffer.from(json), lifted });
  return valueSymbol in answer ? (answer[valueSymbol] as LongJson) : answer;
}

describe('a long body', () => {
  it('comes back short, its images decoded', () => {
    const { value, decoded } = parse({ image: wrapped, top: 3 });
    expect(JSON.stringify(value).length).toBeLessThan(11_000);
    expect(value.top).toBe(3);
    expect(decodeBase64(value.image, '/image', decoded)).toEqual(image);
  });

  it('keeps the references that it has, and counts on', () => {
    const a = `data:image/png;base64,${referenceTo(1)}`;
    const { value, decoded } = parse({ input: { a, b: wrapped } }, 2);
    expect(value.input.a).toBe(a);
    const before = [Buffer.from('0'), Buffer.from('1')];
    expect(decodeBase64(value.input.b, '/input/1', [...before, ...decoded])).toEqual(image);
  });

  it('decodes the images of an object within a text', () => {
    const { value, decoded } = parse({ input: JSON.stringify({ 'a.jpg': wrapped }) });
    const inner = JSON.parse(value.input);
    expect(decodeBase64(inner['a.jpg'], '/input/0', decoded)).toEqual(image);
  });

  it('keeps a name such as __proto__ a name', () => {
    const text = `{"input":{"__proto__":"x","a":"${'y'.repeat(20_000)}"}}`;
    const { value } = parseText(text) as Parsed<{ input: object }>;
    expect(Object.keys(value.input)).toEqual(['__proto__', 'a']);
  });

  it('with broken base64 leads to the error of broken base64', () => {
    const { value, decoded } = parse({ image: `${wrapped}!` });
    expect(() => decodeBase64(value.image, '/image', decoded)).toThrow(/\/image is not valid/);
  });

  it('of more values than any scenario needs is refused', () => {
    const refusal = parse({ input: Array.from({ length: 10_000 }, () => 0) });
    expect(refusal).toMatchObject({
      code: 'invalid-body',
      message: expect.stringContaining('10000'),
    });
  });

  it('that is nested deeper than any is refused', () => {
    const nested = '['.repeat(200_000) + ']'.repeat(200_000);
    expect(parseText(nested)).toMatchObject({ code: 'invalid-body' });
  });

  it('that is no JSON is refused', () => {
    expect(parseText('{')).toMatchObject({ code: 'malformed-json' });
  });
});
