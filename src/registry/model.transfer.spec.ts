import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isAllowedUrl, startOf, transfer, TransferError } from './model.transfer.js';

function start(status: number, headers: Record<string, string>, held: number): number {
  return startOf({ status, statusText: '', headers: new Headers(headers) }, held, 10);
}

/** Lets fetch give these answers; the URLs that were asked for come in order. */
function answer(...responses: Response[]): string[] {
  const asked: string[] = [];
  globalThis.fetch = (url) => {
    asked.push(String(url));
    const response = responses.shift();
    if (response === undefined) return Promise.reject(new TypeError('fetch failed'));
    return Promise.resolve(response);
  };
  return asked;
}

function to(location: string): Response {
  return new Response(null, { status: 302, headers: { location } });
}

describe('URLs', () => {
  it.each([
    ['https://example.org/model.onnx', true],
    ['http://127.0.0.1:8000/model.onnx', true],
    ['http://localhost/model.onnx', true],
    ['http://[::1]/model.onnx', true],
    ['http://example.org/model.onnx', false],
    ['http://localhost.example.org/model.onnx', false],
    ['file:///model.onnx', false],
  ])('%s: %s', (url, allowed) => {
    expect(isAllowedUrl(new URL(url))).toBe(allowed);
  });
});

describe('where an answer begins', () => {
  it('is where the part ended, if the server heeds the range', () => {
    expect(start(206, { 'content-range': 'bytes 4-9/10' }, 4)).toBe(4);
    expect(start(206, { 'content-range': 'bytes 4-9/*' }, 4)).toBe(4);
  });

  it('is the beginning, if the server ignores the range or was asked for the whole', () => {
    expect(start(200, { 'content-length': '10' }, 4)).toBe(0);
    expect(start(200, {}, 0)).toBe(0);
  });

  it.each([
    ['another range', 206, { 'content-range': 'bytes 5-9/10' }, 4],
    ['a range that was not asked for', 206, { 'content-range': 'bytes 0-9/10' }, 0],
    ['no range', 206, {}, 4],
    ['a file of another size', 206, { 'content-range': 'bytes 4-10/11' }, 4],
    ['a body of another size', 200, { 'content-length': '134' }, 0],
    ['not found', 404, {}, 0],
    ['a redirect to nowhere', 302, {}, 0],
  ])('is nowhere for good with %s', (_title, status, headers, held) => {
    expect(() => start(status, headers, held)).toThrow(expect.objectContaining({ final: true }));
  });

  it.each([
    [503, 0],
    [429, 0],
    // What is held may belong to another file: the next attempt asks for the whole.
    [416, 4],
  ])('is nowhere for now with status %i', (status, held) => {
    expect(() => start(status, {}, held)).toThrow(expect.objectContaining({ final: false }));
  });
});

describe('a transfer', () => {
  const { fetch } = globalThis;
  const { signal } = new AbortController();
  let folder: string;
  let part: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'nestor-transfer-'));
    part = join(folder, 'part');
  });
  afterEach(() => {
    globalThis.fetch = fetch;
    rmSync(folder, { recursive: true });
  });

  const run = (url = 'https://example.org/a') =>
    transfer(url, part, 10, { signal, onProgress: () => undefined });

  it('appends what was missing', async () => {
    writeFileSync(part, '0123');
    answer(new Response('456789', { status: 206, headers: { 'content-range': 'bytes 4-9/10' } }));
    await run();
    expect(readFileSync(part, 'utf8')).toBe('0123456789');
  });

  it('writes over what was held, if the whole file comes', async () => {
    writeFileSync(part, 'abcd');
    answer(new Response('0123456789'));
    await run();
    expect(readFileSync(part, 'utf8')).toBe('0123456789');
  });

  it('follows redirects, but never away from https', async () => {
    const asked = answer(to('/b'), to('http://example.org/c'));
    await expect(run()).rejects.toThrow('http://example.org, which is not https');
    expect(asked).toEqual(['https://example.org/a', 'https://example.org/b']);
    answer(...Array.from({ length: 9 }, () => to('/again')));
    await expect(run()).rejects.toThrow('more than 5 redirects');
  });

  it('calls a lost network passing, and tells its cause', async () => {
    globalThis.fetch = () => {
      const cause = Object.assign(new Error('no route'), { code: 'EHOSTUNREACH' });
      return Promise.reject(new TypeError('fetch failed', { cause }));
    };
    const failure = await run().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TransferError);
    expect(failure).toMatchObject({ message: 'no route (EHOSTUNREACH)', final: false });
  });
});
