import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Centroids, readOriginals } from './faq.index.js';

const HEADER = 'Id\tAnswerId\tText0\tAnswer\n';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nestor-index-'));
});
afterAll(() => rm(folder, { recursive: true }));

const written = async (content: string | Uint8Array) => {
  const path = join(folder, 'file');
  await writeFile(path, content);
  return path;
};

const read = async (text: string) => readOriginals(await written(text));
const block = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);

describe('readOriginals', () => {
  it('reads a line as an original', async () => {
    expect(await read(`${HEADER}1\t11\tHow?\tSo.\n2\t12\tWhy?\tBecause.\n`)).toEqual([
      { id: '1', answerId: '11', question: 'How?', answer: 'So.' },
      { id: '2', answerId: '12', question: 'Why?', answer: 'Because.' },
    ]);
  });

  it('reads CRLF line ends', async () => {
    const [original] = await read(`${HEADER}1\t11\tHow?\tSo.\n`.replaceAll('\n', '\r\n'));
    expect(original?.answer).toBe('So.');
  });

  it.each([
    ['an empty file', ''],
    ['another header', 'Id\tText0\n1\tHow?\n'],
    ['no header', '1\t11\tHow?\tSo.\n'],
  ])('refuses %s', async (_, text) => {
    await expect(read(text)).rejects.toThrow(
      'originals: the first line is not the header Id, AnswerId, Text0, Answer',
    );
  });

  it.each([
    ['a line with a column too few', '2\t12\tWhy?'],
    ['a line with a column too many', '2\t12\tWhy?\tBecause.\tmore'],
    ['an empty id', '\t12\tWhy?\tBecause.'],
    ['an empty question', '2\t12\t\tBecause.'],
    ['a blank line', ''],
  ])('names %s', async (_, line) => {
    await expect(read(`${HEADER}1\t11\tHow?\tSo.\n${line}\n3\t13\tWho?\tYou.\n`)).rejects.toThrow(
      'originals: line 3 does not have the four columns of the header',
    );
  });
});

describe('Centroids', () => {
  it('gives the cosine of every row', async () => {
    const centroids = await Centroids.read(await written(block(1, 0, 0.6, 0.8)), 2, 2);
    const [first, second] = centroids.cosines(Float32Array.of(0, 1));
    expect(first).toBe(0);
    expect(second).toBeCloseTo(0.8, 6);
  });

  it.each([
    ['too many originals', 3, 2],
    ['other dimensions', 2, 3],
  ])('refuses a file for %s', async (_, rows, dimensions) => {
    const path = await written(block(1, 0, 0, 1));
    await expect(Centroids.read(path, rows, dimensions)).rejects.toThrow(
      `centroids: 16 bytes are not ${rows} float32 vectors of ${dimensions}`,
    );
  });
});
