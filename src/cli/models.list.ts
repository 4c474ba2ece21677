import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { findVersions, ModelFolderError, readFolder } from '../registry/model.folder.js';
import type { ModelIdentity } from '../registry/model.kind.js';
import { type ModelManifest, modelManifest } from '../registry/model.manifest.js';

/** What can be said of a version without loading it. */
export type ListedModel = ModelIdentity &
  (
    | {
        /** `checked`: the SHA-256 of every file was compared, not only its size. */
        state: 'listed' | 'checked';
        kind: ModelManifest['kind'];
        title: string;
        precision: string;
        licence: string;
        bytes: number;
      }
    | { state: 'refused'; reason: string }
  );

/** Every version under the models folder by its manifest; `checksums` reads the files too. */
export async function listModels(root: string, checksums: boolean): Promise<ListedModel[]> {
  const found = await findVersions(root);
  const identities = [...found].flatMap(([name, versions]) =>
    versions.map((version) => ({ name, version })),
  );
  const listed: ListedModel[] = [];
  for (const identity of identities) listed.push(await describe(root, identity, checksums));
  return listed;
}

async function describe(
  root: string,
  identity: ModelIdentity,
  checksums: boolean,
): Promise<ListedModel> {
  try {
    const manifest = checksums
      ? (await readFolder(root, identity)).manifest
      : await readManifest(join(root, identity.name, String(identity.version)));
    const { kind, title, precision, licence, files } = manifest;
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    const state = checksums ? 'checked' : 'listed';
    return { ...identity, state, kind, title, precision, licence: licence.spdx, bytes };
  } catch (error) {
    if (!(error instanceof ModelFolderError)) throw error;
    return { ...identity, state: 'refused', reason: error.message };
  }
}

/** As readFolder, but of the files only the size is looked at. */
async function readManifest(folder: string): Promise<ModelManifest> {
  const text = await readFile(join(folder, 'model.json'), 'utf8').catch(() => {
    throw new ModelFolderError('model.json is missing');
  });
  const manifest = modelManifest.safeParse(parse(text));
  if (!manifest.success) {
    throw new ModelFolderError(`model.json: ${z.prettifyError(manifest.error)}`);
  }
  for (const { path, bytes } of manifest.data.files) {
    const size = await stat(join(folder, path)).then(
      (found) => found.size,
      () => undefined,
    );
    if (size === undefined) throw new ModelFolderError(`${path} is missing`);
    if (size !== bytes) {
      throw new ModelFolderError(`${path} has ${size} bytes, model.json says ${bytes}`);
    }
  }
  return manifest.data;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ModelFolderError('model.json is not JSON');
  }
}
