import {
  findVersions,
  ModelFolderError,
  readFolder,
  readManifest,
} from '../registry/model.folder.js';
import type { ModelIdentity } from '../registry/model.kind.js';
import type { ModelManifest } from '../registry/model.manifest.js';

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
      : await readManifest(root, identity);
    const { kind, title, precision, licence, files } = manifest;
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    const state = checksums ? 'checked' : 'listed';
    return { ...identity, state, kind, title, precision, licence: licence.spdx, bytes };
  } catch (error) {
    if (!(error instanceof ModelFolderError)) throw error;
    return { ...identity, state: 'refused', reason: error.message };
  }
}
