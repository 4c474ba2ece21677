import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Catalogue, CatalogueError, readCatalogue } from './model.catalogue.js';

/** The built-in entry as the text of a file. */
async function ownEntry(): Promise<string> {
  const { entries } = await readCatalogue();
  return JSON.stringify({ own: entries['resnet152'] });
}

describe('the built-in catalogue', () => {
  let catalogue: Catalogue;
  beforeEach(async () => {
    catalogue = await readCatalogue();
  });

  it('copies files that this repository has', () => {
    const copies = Object.values(catalogue.entries).flatMap((entry) => entry.copies);
    expect(copies.length).toBeGreaterThan(0);
    for (const { from } of copies) expect(existsSync(join(catalogue.folder, from))).toBe(true);
  });

  it('expects classes that the labels have', () => {
    const labels = readFileSync(join(catalogue.folder, 'models/vision/1/labels.tsv'), 'utf8');
    const wnids = new Set(labels.split('\n').map((line) => line.split('\t')[0]));
    for (const { photographs } of Object.values(catalogue.entries)) {
      for (const { anyOf } of photographs) expect(anyOf.every((id) => wnids.has(id))).toBe(true);
    }
  });

  it('pins ResNet-152 with the preprocessing of its publisher', () => {
    const { resnet152 } = catalogue.entries;
    expect(resnet152?.downloads[0]).toMatchObject({ bytes: 241_816_206 });
    expect(resnet152?.manifest).toMatchObject({
      licence: { spdx: 'Apache-2.0' },
      preprocessing: { crop: 224, scale: 1 / 255, mean: [0.485, 0.456, 0.406] },
    });
  });
});

describe('a catalogue file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'nestor-catalogue-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function read(content: string): Promise<Catalogue> {
    writeFileSync(join(folder, 'catalogue.json'), content);
    return readCatalogue(join(folder, 'catalogue.json'));
  }

  it('replaces the built-in entries and starts its copies from its own folder', async () => {
    const catalogue = await read(await ownEntry());
    expect(Object.keys(catalogue.entries)).toEqual(['own']);
    expect(catalogue.folder).toBe(folder);
  });

  it.each([
    ['a URL without https', '"https://media', '"http://media', 'expected https'],
    ['a short checksum', '"b0ec92437b', '"', '64 lower-case hex digits'],
    ['a path out of the folder', '"path":"labels.tsv"', '"path":"../x"', 'inside the model folder'],
    ['a misspelt member', '"downloads"', '"downlods"', 'downlods'],
    ['a manifest that no server takes', '"labels":', '"label":', 'labels'],
    [
      'a photograph that nobody brings',
      '"path":"golden/cat',
      '"path":"golden/dog',
      'golden/cat.jpg',
    ],
  ])('is refused with %s', async (_title, right, wrong, reason) => {
    const text = await ownEntry();
    expect(text).toContain(right);
    const failure = await read(text.replace(right, wrong)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CatalogueError);
    expect((failure as CatalogueError).message).toContain(reason);
  });

  it('is refused when it is not JSON or not there', async () => {
    await expect(read('{')).rejects.toThrow('is not JSON');
    await expect(readCatalogue(join(folder, 'none'))).rejects.toThrow('cannot be read (ENOENT)');
  });
});
