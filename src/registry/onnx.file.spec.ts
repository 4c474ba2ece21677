import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readOnnxFile } from './onnx.file.js';

const graph = (name: string) =>
  fileURLToPath(new URL(`../../test/fixtures/graphs/${name}.onnx`, import.meta.url));

describe('an ONNX file', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nestor-onnx-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('says who wrote it and which files hold its weights', async () => {
    expect(await readOnnxFile(graph('double'))).toEqual({
      producer: 'make_graphs',
      externalData: [],
    });
    expect(await readOnnxFile(graph('external'))).toEqual({
      producer: 'make_graphs',
      externalData: ['weights/external.bin'],
    });
  });

  it.each([
    ['text', 'just words'],
    ['nothing', ''],
    ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a])],
    ['a length beyond the end', Buffer.from([0x3a, 0x7f, 0x00])],
    ['a number without end', Buffer.alloc(20, 0xff)],
    ['another message', Buffer.from([0x08, 0x01])],
  ])('is not %s', async (_title, content) => {
    const path = join(folder, 'model.onnx');
    await writeFile(path, content);
    await expect(readOnnxFile(path)).rejects.toThrow(`${path} is not an ONNX file: `);
  });
});
