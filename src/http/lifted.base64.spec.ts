import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { decodeBase64, LIFTED_LENGTH, referenceTo } from './base64.js';
import { parseJson } from './body.reader.js';
import { liftBase64 } from './lifted.base64.js';

const image = randomBytes(40_001);
const base64 = image.toString('base64');
const wrapped = base64.replace(/.{76}/g, '$&\r\n');

/** What the value at a path of the parsed body decodes to. */
function lift(body: unknown, ...path: string[]) {
  const { json, lifted } = liftBase64(Buffer.from(JSON.stringify(body)));
  let at = parseJson(json);
  for (const key of path) at = (at as Record<string, unknown>)[key];
  const value = at as string;
  return { value, lifted, decoded: () => decodeBase64(value, '/x', lifted) };
}

describe('long base64 in a body', () => {
  it.each([
    ['plain', base64],
    ['without padding', base64.replace(/=+$/, '')],
    ['of the URL alphabet', image.toString('base64url')],
    ['in quotes', `"${base64}"`],
    ['as Python bytes', `b'${base64}'`],
    ['as a data: URL', `data:image/png;base64,${base64}`],
  ])('%s is decoded before the JSON is parsed', (_form, text) => {
    const { value, lifted, decoded } = lift({ image: text, top: 3 }, 'image');
    expect(value.length).toBeLessThan(LIFTED_LENGTH + 100);
    expect(lifted).toHaveLength(1);
    expect(decoded()).toEqual(image);
  });

  it.each([
    ['with line breaks', wrapped],
    ['with a wrong character', `${base64.slice(0, 30_000)}!${base64.slice(30_001)}`],
    ['with padding in its midst', `${base64.slice(0, 30_000)}=${base64.slice(30_001)}`],
    ['with a character beyond Latin', `${base64.slice(0, 30_000)}\u0141${base64.slice(30_001)}`],
    ['with a wrong character at its end', `${base64.slice(0, 40_000)}!`],
    ['that is short', base64.slice(0, 10_000)],
    ['that is followed by other text', `${base64} and more`],
  ])('%s is left as it is', (_form, text) => {
    const { value, lifted } = lift({ image: text }, 'image');
    expect(value).toBe(text);
    expect(lifted).toEqual([]);
  });

  it('is found by each of several names, in an object within a text too', () => {
    const other = randomBytes(20_000);
    const named = { 'a"b': base64, c: other.toString('base64'), 'd,:': 'short' };
    const direct = liftBase64(Buffer.from(JSON.stringify({ input: named })));
    const { input } = parseJson(direct.json) as { input: Record<string, string> };
    expect(Object.keys(input)).toEqual(Object.keys(named));
    expect(decodeBase64(input['a"b'] ?? '', '', direct.lifted)).toEqual(image);
    expect(decodeBase64(input['c'] ?? '', '', direct.lifted)).toEqual(other);
    expect(input['d,:']).toBe('short');
    const inText = lift({ input: JSON.stringify(named) }, 'input');
    const inner = JSON.parse(inText.value) as Record<string, string>;
    expect(decodeBase64(inner['a"b'] ?? '', '', inText.lifted)).toEqual(image);
    expect(decodeBase64(inner['c'] ?? '', '', inText.lifted)).toEqual(other);
  });

  it('stays when it is a name, directly or within a text', () => {
    for (const body of [{ [base64]: 'x' }, { input: JSON.stringify({ [base64]: 'x' }) }]) {
      const text = Buffer.from(JSON.stringify(body));
      expect(liftBase64(text)).toEqual({ json: text, lifted: [] });
    }
  });

  it.each([
    '{"image": AAAA',
    '{"image": "AAAA',
    '["x" AAAA "y"]',
    '{"image": "AAAA" "b"}',
    '"AAAA"}',
    '{"a":"AAAA\\',
  ])('leaves a body that is no JSON malformed: %s', (body) => {
    const { json } = liftBase64(Buffer.from(body.replace('AAAA', base64)));
    expect(() => parseJson(json)).toThrow(expect.objectContaining({ code: 'malformed-json' }));
  });

  it('takes a time that is linear in a body of nothing but quotes', () => {
    const quotes = Buffer.alloc(10_000_000, '"');
    expect(liftBase64(quotes).json).toBe(quotes);
  });
});

describe('a reference', () => {
  it('is longer than any question may be', () => {
    expect(referenceTo(0).length).toBeGreaterThan(10_000);
  });

  it('is no base64, and means nothing where nothing was lifted', () => {
    const text = referenceTo(0);
    for (const lifted of [[], [undefined]]) {
      expect(() => decodeBase64(text, '/image', lifted)).toThrow(
        expect.objectContaining({ code: 'bad-base64' }),
      );
    }
  });
});
