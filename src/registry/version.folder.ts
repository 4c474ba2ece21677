import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

const VERSION = /^[1-9]\d{0,8}$/;

/** A version cannot be made where it was asked for; the message says what to do. */
export class VersionFolderError extends Error {
  override readonly name = 'VersionFolderError';
}

/** `models/<name>` or `models/<name>/<version>`, taken apart. */
export interface ModelPlace {
  /** Absolute path of the folder that holds models. */
  readonly root: string;
  readonly name: string;
  readonly version: number | undefined;
}

/** @throws VersionFolderError when the folder's name could not be served */
export function parsePlace(path: string): ModelPlace {
  const folder = resolve(path);
  const hasVersion = VERSION.test(basename(folder));
  const model = hasVersion ? dirname(folder) : folder;
  const name = basename(model);
  if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(name)) {
    throw new VersionFolderError(
      `'${path}' names no model: expected models/NAME or models/NAME/VERSION, the name of ` +
        'letters, digits, dots, dashes and underscores',
    );
  }
  const version = hasVersion ? Number(basename(folder)) : undefined;
  return { root: dirname(model), name, version };
}

/** Versions of a model, highest first; none where there is no such folder. */
export async function versionsAt({ root, name }: ModelPlace): Promise<number[]> {
  const folder = join(root, name);
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder);
  return entries
    .filter((entry) => VERSION.test(entry))
    .map(Number)
    .toSorted((a, b) => b - a);
}

/**
 * The version that is made next: the asked one, else the one above the highest.
 * @throws VersionFolderError when the asked one is there already
 */
export async function freeVersion(place: ModelPlace): Promise<number> {
  const { root, name, version } = place;
  if (version === undefined) return ((await versionsAt(place))[0] ?? 0) + 1;
  if (existsSync(join(root, name, String(version)))) {
    throw new VersionFolderError(
      `${name}/${version} exists and is not overwritten: leave the version out for the next one`,
    );
  }
  return version;
}

/**
 * Makes a version in one step: it is filled in a hidden models folder, which the registry overlooks,
 * and renamed when it is whole. Nothing stays behind when filling fails.
 * @param fill gets the version's folder, and the models folder that it lies in until then
 * @returns the version's folder
 * @throws VersionFolderError when somebody else made the version meanwhile
 */
export async function makeVersion(
  { root, name }: ModelPlace,
  version: number,
  fill: (folder: string, staging: string) => Promise<void>,
): Promise<string> {
  const staging = join(root, `.build-${randomUUID()}`);
  const draft = join(staging, name, String(version));
  const target = join(root, name, String(version));
  await mkdir(draft, { recursive: true });
  try {
    await fill(draft, staging);
    if (existsSync(target)) throw new VersionFolderError(`${name}/${version} was made meanwhile`);
    await mkdir(dirname(target), { recursive: true });
    await rename(draft, target);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return target;
}
