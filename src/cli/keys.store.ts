import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ApiKeyEntry, ApiKeyFileError, readKeyFile } from '../auth/api-key.file.js';

const PATIENCE_MS = 10_000;
const PAUSE_MS = 50;

/**
 * Changes the key file as a whole, one command after the other; a file that is not there is empty.
 * @throws ApiKeyFileError when the file cannot be used or another command holds it
 */
export async function changeKeyFile(
  path: string,
  change: (entries: ApiKeyEntry[]) => ApiKeyEntry[],
): Promise<void> {
  // A link stays a link: what it points to is replaced.
  const file = existsSync(path) ? realpathSync(path) : path;
  const release = await lock(`${file}.lock`);
  try {
    replace(file, change(existsSync(file) ? readKeyFile(file) : []));
  } finally {
    release();
  }
}

/** Replaces the file in one step, so that a server never reads half of it. */
function replace(file: string, keys: ApiKeyEntry[]): void {
  const draft = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(draft, serializeKeyFile(keys), { mode: 0o600, flag: 'wx', flush: true });
    if (existsSync(file)) keepOwner(file, draft);
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

export function serializeKeyFile(keys: readonly ApiKeyEntry[]): string {
  return `${JSON.stringify({ keys }, undefined, 2)}\n`;
}

/** The server may read as another user than the one who runs the command; others never may. */
function keepOwner(file: string, draft: string): void {
  const { uid, gid, mode } = statSync(file);
  if (uid === process.getuid?.() && gid === process.getgid?.()) return;
  chownSync(draft, uid, gid);
  chmodSync(draft, mode & 0o640);
}

/** @returns what releases the lock */
async function lock(path: string): Promise<() => void> {
  for (let waited = 0; ; waited += PAUSE_MS) {
    try {
      closeSync(openSync(path, 'wx', 0o600));
      return () => rmSync(path, { force: true });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EEXIST') throw new ApiKeyFileError(`the key file cannot be written (${code})`);
      if (waited >= PATIENCE_MS) {
        throw new ApiKeyFileError(
          `another command holds the key file; if none runs, remove ${path}`,
        );
      }
      await sleep(PAUSE_MS);
    }
  }
}
