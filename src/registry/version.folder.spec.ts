import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freeVersion, makeVersion, parsePlace } from './version.folder.js';

let models: string;

beforeEach(async () => {
  models = await mkdtemp(join(tmpdir(), 'nestor-models-'));
});
afterEach(() => rm(models, { recursive: true }));

const place = (path: string) => parsePlace(join(models, path));

describe('parsePlace', () => {
  it('tells a model from one of its versions', () => {
    expect(place('support')).toEqual({ root: models, name: 'support', version: undefined });
    expect(place('support/7/')).toEqual({ root: models, name: 'support', version: 7 });
  });

  it.each(['two words', '.hidden', 'a:b'])('refuses the name %s', (name) => {
    expect(() => place(name)).toThrow('names no model');
  });
});

describe('freeVersion', () => {
  it('begins at 1 and goes on above the highest', async () => {
    expect(await freeVersion(place('support'))).toBe(1);
    await mkdir(join(models, 'support/2'), { recursive: true });
    await mkdir(join(models, 'support/10'));
    expect(await freeVersion(place('support'))).toBe(11);
  });

  it('refuses an asked version that is there', async () => {
    await mkdir(join(models, 'support/2'), { recursive: true });
    expect(await freeVersion(place('support/3'))).toBe(3);
    await expect(freeVersion(place('support/2'))).rejects.toThrow('not overwritten');
  });
});

describe('makeVersion', () => {
  it('shows the version only when it is whole', async () => {
    const folder = await makeVersion(place('support'), 1, async (draft) => {
      expect(existsSync(join(models, 'support/1'))).toBe(false);
      await writeFile(join(draft, 'model.json'), '{}');
    });
    expect(folder).toBe(join(models, 'support/1'));
    expect(await readdir(models)).toEqual(['support']);
    expect(await readdir(folder)).toEqual(['model.json']);
  });

  it('leaves nothing behind when filling fails', async () => {
    const making = makeVersion(place('support'), 1, async (draft) => {
      await writeFile(join(draft, 'half'), '');
      throw new Error('disk full');
    });
    await expect(making).rejects.toThrow('disk full');
    expect(await readdir(models)).toEqual([]);
  });

  it('keeps a version that came meanwhile', async () => {
    const making = makeVersion(place('support'), 1, async () => {
      await mkdir(join(models, 'support/1'), { recursive: true });
      await writeFile(join(models, 'support/1/model.json'), 'theirs');
    });
    await expect(making).rejects.toThrow('support/1 was made meanwhile');
    expect(await readdir(join(models, 'support'))).toEqual(['1']);
  });
});
