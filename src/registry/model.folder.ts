import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { ModelFolder, ModelIdentity } from './model.kind.js';
import { type ModelManifest, modelManifest } from './model.manifest.js';

/** A version cannot be served; the message says why and names the file. */
export class ModelFolderError extends Error {
  override readonly name = 'ModelFolderError';
}

/**
 * Names and versions under the models folder, versions in descending order.
 * @throws ModelFolderError when there is no such folder
 */
export async function findVersions(root: string): Promise<Map<string, number[]>> {
  const found = new Map<string, number[]>();
  const names = await subfolders(root).catch((error: NodeJS.ErrnoException) => {
    throw new ModelFolderError(
      `the models folder ${root} cannot be read (${error.code}): MODELS_DIR says where it is`,
    );
  });
  for (const name of names) {
    const versions = await versionsOf(root, name);
    if (versions.length > 0) found.set(name, versions);
  }
  return found;
}

/** Versions of one name in descending order; none where it has no folder. */
export async function versionsOf(root: string, name: string): Promise<number[]> {
  const folders = await subfolders(join(root, name)).catch(() => []);
  return folders
    .filter((folder) => /^[1-9]\d{0,8}$/.test(folder))
    .map(Number)
    .toSorted((a, b) => b - a);
}

type ListedFile = ModelManifest['files'][number];

/**
 * Reads `model.json` and compares the size of every file that it names.
 * @throws ModelFolderError
 */
export async function readManifest(root: string, identity: ModelIdentity): Promise<ModelManifest> {
  const folder = folderOf(root, identity);
  const manifest = modelManifest.safeParse(await readJson(join(folder, 'model.json')));
  if (!manifest.success) {
    throw new ModelFolderError(`model.json: ${z.prettifyError(manifest.error)}`);
  }
  for (const file of manifest.data.files) await checkSize(folder, file);
  return manifest.data;
}

/**
 * As readManifest, and compares the SHA-256 of every file.
 * @throws ModelFolderError
 */
export async function readFolder(root: string, identity: ModelIdentity): Promise<ModelFolder> {
  const folder = folderOf(root, identity);
  const manifest = await readManifest(root, identity);
  const recheck = async () => {
    await Promise.all(manifest.files.map((file) => checkHash(folder, file)));
  };
  await recheck();
  const listed = new Set(manifest.files.map((file) => file.path));
  return {
    identity: { ...identity, precision: manifest.precision },
    manifest,
    path(file) {
      if (!listed.has(file)) {
        throw new ModelFolderError(`model.json: '${file}' is used but not listed under files`);
      }
      return join(folder, file);
    },
    recheck,
  };
}

/** @throws ModelFolderError when the file is missing or not JSON */
export async function readGolden(root: string, identity: ModelIdentity): Promise<unknown> {
  return readJson(join(folderOf(root, identity), 'golden.json'));
}

/** @throws ModelFolderError naming the members of `golden.json` that are wrong */
export function parseGolden<T>(schema: z.ZodType<T>, golden: unknown): T {
  const parsed = schema.safeParse(golden);
  if (parsed.success) return parsed.data;
  throw new ModelFolderError(`golden.json: ${z.prettifyError(parsed.error)}`);
}

/** Why a version's folder is not whole: no model.json yet, or files that are still being copied. */
export async function lacksOf(root: string, identity: ModelIdentity): Promise<string | undefined> {
  const read = Promise.all([readManifest(root, identity), readGolden(root, identity)]);
  return read.then(() => undefined, reasonOf);
}

/**
 * Tells one content of a version's folder from another: model.json, which holds the checksum of
 * every file, golden.json, and when each file was written. Undefined while model.json is not there
 * or files that it names are not there in their full size.
 */
export async function fingerprint(
  root: string,
  identity: ModelIdentity,
): Promise<string | undefined> {
  const folder = folderOf(root, identity);
  const hash = createHash('sha256');
  try {
    const text = await readFile(join(folder, 'model.json'), 'utf8');
    hash.update(text);
    const manifest = modelManifest.safeParse(parseJson(text));
    // One that can never become a model is whole too: it is refused, with its reason.
    if (!manifest.success) return hash.digest('hex');
    hash.update(await readFile(join(folder, 'golden.json')));
    for (const file of manifest.data.files) {
      await checkSize(folder, file);
      hash.update(`${file.path} ${(await stat(join(folder, file.path))).mtimeMs} `);
    }
    return hash.digest('hex');
  } catch {
    return undefined;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function folderOf(root: string, { name, version }: ModelIdentity): string {
  return resolve(root, name, String(version));
}

async function subfolders(folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const entry of await readdir(folder)) {
    if (entry.startsWith('.')) continue;
    // stat follows links: mounted volumes are often links. What goes away in between is not there.
    const found = await stat(join(folder, entry)).catch(() => undefined);
    if (found?.isDirectory() === true) names.push(entry);
  }
  return names.toSorted();
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new ModelFolderError(`${path.split('/').at(-1)} is missing`);
  });
  try {
    return JSON.parse(text);
  } catch {
    throw new ModelFolderError(`${path.split('/').at(-1)} is not JSON`);
  }
}

async function checkSize(folder: string, { path, bytes }: ListedFile): Promise<void> {
  const size = await stat(join(folder, path)).then(
    (found) => found.size,
    () => {
      throw new ModelFolderError(`${path} is missing`);
    },
  );
  if (size === bytes) return;
  throw new ModelFolderError(`${path} has ${size} bytes, model.json says ${bytes}`);
}

async function checkHash(folder: string, { path, sha256 }: ListedFile): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(join(folder, path)), hash).catch(() => {
    throw new ModelFolderError(`${path} cannot be read`);
  });
  if (hash.digest('hex') === sha256) return;
  throw new ModelFolderError(`${path} does not have the SHA-256 that model.json says`);
}
