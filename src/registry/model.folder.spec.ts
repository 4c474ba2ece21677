import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findVersions, fingerprint, lacksOf } from './model.folder.js';

const identity = { name: 'm', version: 1 };
let root: string;
let folder: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'nestor-models-'));
  folder = join(root, 'm/1');
});
afterEach(() => rm(root, { recursive: true }));

async function write(place: string, graph: string): Promise<void> {
  const sha256 = createHash('sha256').update(graph).digest('hex');
  const manifest = {
    kind: 'tensor',
    title: 't',
    licence: { spdx: 'MIT' },
    source: 's',
    files: [{ path: 'model.onnx', sha256, bytes: graph.length }],
    graphs: ['model.onnx'],
  };
  await mkdir(place, { recursive: true });
  await writeFile(join(place, 'model.json'), JSON.stringify(manifest));
  await writeFile(join(place, 'golden.json'), '{}');
  await writeFile(join(place, 'model.onnx'), graph);
}

describe('the fingerprint of a version', () => {
  it('stays while nothing changes, and changes with the content', async () => {
    await write(folder, 'graph');
    const first = await fingerprint(root, identity);
    expect(await fingerprint(root, identity)).toBe(first);
    await writeFile(join(folder, 'golden.json'), '{"cases":[]}');
    const second = await fingerprint(root, identity);
    expect(second).not.toBe(first);
    await write(folder, 'other');
    expect(await fingerprint(root, identity)).not.toBe(second);
  });

  it('changes when a file is written again in the same size', async () => {
    await write(folder, 'graph');
    const first = await fingerprint(root, identity);
    await utimes(join(folder, 'model.onnx'), 1, 1);
    expect(await fingerprint(root, identity)).not.toBe(first);
  });

  it('changes when a link is swapped', async () => {
    await write(join(root, '..1/m/1'), 'graph');
    await write(join(root, '..2/m/1'), 'other');
    await symlink('..1', join(root, '..data'));
    await symlink('..data/m', join(root, 'm'));
    const first = await fingerprint(root, identity);
    await symlink('..2', join(root, '..new'));
    await rename(join(root, '..new'), join(root, '..data'));
    expect(await fingerprint(root, identity)).not.toBe(first);
  });

  it.each([
    ['model.json', 'model.json is missing'],
    ['golden.json', 'golden.json is missing'],
    ['model.onnx', 'model.onnx is missing'],
  ])('is not there while %s is missing', async (file, lack) => {
    await write(folder, 'graph');
    await rm(join(folder, file));
    expect(await fingerprint(root, identity)).toBeUndefined();
    expect(await lacksOf(root, identity)).toBe(lack);
  });

  it('is not there while a file is shorter than it will be', async () => {
    await write(folder, 'graph');
    expect(await lacksOf(root, identity)).toBeUndefined();
    await writeFile(join(folder, 'model.onnx'), 'gra');
    expect(await fingerprint(root, identity)).toBeUndefined();
    expect(await lacksOf(root, identity)).toBe('model.onnx has 3 bytes, model.json says 5');
  });

  it('is there for a manifest that can never be served, so that it is refused', async () => {
    await write(folder, 'graph');
    await writeFile(join(folder, 'model.json'), '{"kind":"poem"}');
    expect(await fingerprint(root, identity)).toEqual(expect.any(String));
  });
});

describe('finding versions', () => {
  it('passes over files, hidden folders and links that lead nowhere', async () => {
    await write(folder, 'graph');
    await write(join(root, 'm/12'), 'graph');
    await write(join(root, '.staging/3'), 'graph');
    await symlink('nowhere', join(root, 'lost'));
    await symlink('nowhere', join(root, 'm/13'));
    await writeFile(join(root, 'README.md'), '');
    expect([...(await findVersions(root))]).toEqual([['m', [12, 1]]]);
  });

  it('says where the models folder was looked for', async () => {
    await expect(findVersions(join(root, 'none'))).rejects.toThrow(/MODELS_DIR says where/);
  });
});
