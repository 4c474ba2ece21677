import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { download, DownloadError } from './model.download.js';

const CONTENT = '0123456789';
const FILE = {
  path: 'model.onnx',
  urls: ['https://first.example/m?token=secret', 'https://second.example/m'],
  bytes: CONTENT.length,
  sha256: createHash('sha256').update(CONTENT).digest('hex'),
};

describe('a download', () => {
  const { fetch } = globalThis;
  let folder: string;
  let target: string;
  let asked: string[];
  let notes: string[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'nestor-download-'));
    target = join(folder, 'model.onnx');
    asked = [];
    notes = [];
  });
  afterEach(() => {
    globalThis.fetch = fetch;
    rmSync(folder, { recursive: true });
  });

  function serve(answer: (url: string, range: string | null) => Response): void {
    globalThis.fetch = (input, init) => {
      const range = new Headers(init?.headers).get('range');
      asked.push(`${new URL(String(input)).hostname} ${range ?? 'all'}`);
      return Promise.resolve(answer(String(input), range));
    };
  }

  const run = (signal = new AbortController().signal) =>
    download(FILE, target, {
      signal,
      onProgress: () => undefined,
      onNote: (note) => notes.push(note),
      retryDelaysMs: [0, 0],
    });

  it('is there under its name only when it is whole and right', async () => {
    serve(() => new Response(CONTENT));
    await run();
    expect(readdirSync(folder)).toEqual(['model.onnx']);
    expect(readFileSync(target, 'utf8')).toBe(CONTENT);
  });

  it('needs no network when an earlier one completed it', async () => {
    writeFileSync(target, CONTENT);
    serve(() => new Response(null, { status: 500 }));
    await run();
    expect(asked).toEqual([]);
  });

  it('tries a URL again where trying helps, then the next one', async () => {
    serve((url) =>
      url.includes('first') ? new Response(null, { status: 503 }) : new Response(CONTENT),
    );
    await run();
    expect(asked).toEqual([...Array(3).fill('first.example all'), 'second.example all']);
    expect(notes.join()).toContain('503');
  });

  it('does not repeat what cannot help and tells what came from where, but no secret', async () => {
    serve((url) =>
      url.includes('first') ? new Response(null, { status: 404 }) : new Response('01234567xx'),
    );
    const failure = await run().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DownloadError);
    const { message } = failure as DownloadError;
    expect(message).toContain('https://first.example/m: the server answered 404');
    expect(message).toMatch(/https:\/\/second\.example\/m: its SHA-256 is [0-9a-f]{64}, expected/);
    expect(message).toContain(`Expected are 10 bytes with the SHA-256 ${FILE.sha256}.`);
    expect(message + notes.join()).not.toContain('secret');
    expect(asked).toHaveLength(2);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('takes the whole file once a resumed one has a wrong checksum', async () => {
    writeFileSync(`${target}.part`, 'wxyz');
    serve((_url, range) =>
      range === null
        ? new Response(CONTENT)
        : new Response('456789', { status: 206, headers: { 'content-range': 'bytes 4-9/10' } }),
    );
    await run();
    expect(asked).toEqual(['first.example bytes=4-', 'first.example all']);
    expect(readFileSync(target, 'utf8')).toBe(CONTENT);
  });

  it('keeps what came when it is given up, and says so', async () => {
    serve((_url, range) =>
      range === null ? new Response('0123') : new Response(null, { status: 500 }),
    );
    await expect(run()).rejects.toThrow('The 4 bytes so far are kept');
    expect(readFileSync(`${target}.part`, 'utf8')).toBe('0123');
  });

  it('stops between attempts when it is told to', async () => {
    const stop = new AbortController();
    serve(() => {
      stop.abort();
      return new Response(null, { status: 503 });
    });
    await expect(run(stop.signal)).rejects.toMatchObject({ name: 'AbortError' });
    expect(asked).toHaveLength(1);
    expect(existsSync(target)).toBe(false);
  });
});
