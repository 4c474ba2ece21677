import { deflateSync, gzipSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { codingOf, decodeBody, encodeBody } from './body.encoding.js';

const text = Buffer.from('a body that comes again and again '.repeat(100));

describe('the coding of a body', () => {
  it.each([
    ['gzip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['GZIP', gzipSync(text)],
    ['identity', text],
    [undefined, text],
  ])('%s is undone', async (encoding, body) => {
    expect((await decodeBody(body, encoding, text.byteLength)).equals(text)).toBe(true);
  });

  it.each([
    ['br', text, 'unsupported-media-type'],
    ['gzip, gzip', text, 'unsupported-media-type'],
    ['gzip', text, 'body-incomplete'],
    ['gzip', gzipSync(text).subarray(0, 30), 'body-incomplete'],
    ['gzip', gzipSync(Buffer.alloc(50_000_000)), 'body-too-large'],
  ])('%s is refused when it is not that, or too large inflated', async (encoding, body, code) => {
    await expect(decodeBody(body, encoding, 10_000)).rejects.toMatchObject({ code });
  });

  it.each([
    ['gzip, deflate', 'gzip'],
    ['deflate', 'deflate'],
    ['br;q=1, gzip;q=0.5', 'gzip'],
    ['gzip;q=0', undefined],
    ['br', undefined],
    [undefined, undefined],
  ] as const)('is chosen from Accept-Encoding: %s', async (accepted, coding) => {
    expect(codingOf(accepted, 10_000)).toBe(coding);
    expect(codingOf(accepted, 100)).toBeUndefined();
    if (coding === 'gzip') expect(gunzipSync(await encodeBody(text, coding))).toEqual(text);
  });
});
