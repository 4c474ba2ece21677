import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import {
  type Catalogue,
  CatalogueError,
  type CatalogueEntry,
  ImplausibleModelError,
} from '../registry/model.catalogue.js';
import { download, DownloadError } from '../registry/model.download.js';
import { ModelFolderError, readFolder } from '../registry/model.folder.js';
import { sizeOf } from '../registry/model.transfer.js';
import { firstAnswers } from './models.golden.js';
import { pulledReadme } from './models.readme.js';
import { verifyModels } from './models.verify.js';
import { megabytes, Progress } from './progress.js';

/** Hidden, so that no server loads from it; beside the models, so that a rename brings a version in. */
const STAGING = '.pull';

export interface PullOptions {
  /** The models folder; made where it does not exist. */
  readonly root: string;
  /** Instead of the catalogue's URLs; with a slash at its end the file's path follows. */
  readonly url: string | undefined;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

export interface PulledModel {
  readonly name: string;
  readonly version: number;
  readonly state: 'pulled' | 'already there';
  readonly folder: string;
}

/**
 * Brings a version of the catalogue into the models folder: downloaded, checked, scored, and only
 * then visible, in one step. A download that broke off stays for the next call to resume.
 * @throws CatalogueError, DownloadError, ImplausibleModelError, ModelFolderError or what the signal
 * aborted
 */
export async function pullModel(
  name: string,
  catalogue: Catalogue,
  options: PullOptions,
): Promise<PulledModel> {
  const entry = findEntry(name, catalogue);
  const { version } = entry;
  const root = resolve(options.root);
  const target = join(root, name, String(version));
  if (await exists(target)) return requireGood(root, { name, version }, target);
  const staging = join(root, STAGING);
  const folder = join(staging, name, String(version));
  await mkdir(folder, { recursive: true });
  try {
    for (const file of entry.downloads) await downloadOne(file, folder, options);
    options.say('checksums are right; scoring the photographs');
    await writeVersion(folder, name, entry, catalogue);
    const golden = await firstAnswers(
      staging,
      { name, version },
      entry.photographs,
      options.signal,
    );
    await writeJson(join(folder, 'golden.json'), golden);
    await requireReady(staging, name, version);
    await mkdir(dirname(target), { recursive: true });
    await rename(folder, target);
  } catch (error) {
    const resumable = options.signal.aborted || error instanceof DownloadError;
    if (!resumable) await rm(folder, { recursive: true, force: true });
    throw error;
  } finally {
    await removeEmpty([folder, dirname(folder), staging]);
  }
  return { name, version, state: 'pulled', folder: target };
}

function findEntry(name: string, { entries }: Catalogue): CatalogueEntry {
  const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
  if (entry !== undefined) return entry;
  const known = Object.keys(entries).join(', ');
  throw new CatalogueError(`the catalogue has no model '${name}'; it has: ${known}`);
}

/** @throws ModelFolderError when the version that is there has been damaged */
async function requireGood(
  root: string,
  identity: { name: string; version: number },
  folder: string,
): Promise<PulledModel> {
  await readFolder(root, identity).catch((error: unknown) => {
    if (!(error instanceof ModelFolderError)) throw error;
    throw new ModelFolderError(
      `${folder} is damaged (${error.message}): remove it, then pull again`,
    );
  });
  return { ...identity, state: 'already there', folder };
}

async function downloadOne(
  file: CatalogueEntry['downloads'][number],
  folder: string,
  { url, signal, say }: PullOptions,
): Promise<void> {
  const target = join(folder, file.path);
  await mkdir(dirname(target), { recursive: true });
  const held = await sizeOf(`${target}.part`);
  say(
    held > 0
      ? `resuming ${file.path} after ${megabytes(held)} of ${megabytes(file.bytes)}`
      : `downloading ${file.path}, ${megabytes(file.bytes)}`,
  );
  const urls = url === undefined ? file.urls : [url.endsWith('/') ? url + file.path : url];
  const progress = new Progress(file.bytes);
  const onNote = (note: string) => {
    progress.end();
    say(note);
  };
  const onProgress = (received: number) => progress.update(received);
  await download({ ...file, urls }, target, { signal, onProgress, onNote }).finally(() =>
    progress.end(),
  );
}

/** Everything of the version but golden.json, which needs the model to score first. */
async function writeVersion(
  folder: string,
  name: string,
  entry: CatalogueEntry,
  catalogue: Catalogue,
): Promise<void> {
  const files = entry.downloads.map(({ path, sha256, bytes }) => ({ path, sha256, bytes }));
  for (const { path, from } of entry.copies) {
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    await copyFile(resolve(catalogue.folder, from), target);
    const content = await readFile(target);
    const sha256 = createHash('sha256').update(content).digest('hex');
    files.push({ path, sha256, bytes: content.byteLength });
  }
  await writeJson(join(folder, 'model.json'), { ...entry.manifest, files });
  await writeFile(join(folder, 'README.md'), pulledReadme(name, entry));
}

/** @throws ImplausibleModelError where the server would refuse the version */
async function requireReady(root: string, name: string, version: number): Promise<void> {
  const [verified] = await verifyModels(root, [{ name, version }]);
  if (verified?.state === 'refused') throw new ImplausibleModelError(verified.reason);
}

async function removeEmpty(folders: readonly string[]): Promise<void> {
  // One that still holds a part, or another model's download, stays.
  for (const folder of folders) await rmdir(folder).catch(() => undefined);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFile(path, `${JSON.stringify(value, undefined, 2)}\n`);
}
