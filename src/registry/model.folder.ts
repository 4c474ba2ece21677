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
    const versions = (await subfolders(join(root, name)))
      .filter((folder) => /^[1-9]\d{0,8}$/.test(folder))
      .map(Number)
      .toSorted((a, b) => b - a);
    if (versions.length > 0) found.set(name, versions);
  }
  return found;
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
  await Promise.all(manifest.files.map((file) => checkHash(folder, file)));
  const listed = new Set(manifest.files.map((file) => file.path));
  return {
    identity,
    manifest,
    path(file) {
      if (!listed.has(file)) {
        throw new ModelFolderError(`model.json: '${file}' is used but not listed under files`);
      }
      return join(folder, file);
    },
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

function folderOf(root: string, { name, version }: ModelIdentity): string {
  return resolve(root, name, String(version));
}

async function subfolders(folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const entry of await readdir(folder)) {
    // stat follows links: mounted volumes are often links.
    if (!entry.startsWith('.') && (await stat(join(folder, entry))).isDirectory())
      names.push(entry);
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
  await pipeline(createReadStream(join(folder, path)), hash);
  if (hash.digest('hex') === sha256) return;
  throw new ModelFolderError(`${path} does not have the SHA-256 that model.json says`);
}
