import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { sizeOf, transfer, TransferError, type TransferOptions } from './model.transfer.js';

const RETRY_DELAYS_MS = [1_000, 2_000, 4_000];
/** An attempt that brought as much is not counted: slow lines that break often get there too. */
const PROGRESS_BYTES = 8 * 1024 * 1024;

/** What is to be downloaded: the same bytes from each of the URLs. */
export interface PinnedFile {
  readonly path: string;
  /** Tried in this order. */
  readonly urls: readonly string[];
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

export interface DownloadOptions extends TransferOptions {
  /** Told in a sentence what goes on: a lost connection, a mirror that failed. */
  readonly onNote: (note: string) => void;
  /** Pauses before further attempts at one URL. */
  readonly retryDelaysMs?: readonly number[];
}

/** No URL gave the pinned bytes; the message says what came from each and what to do. */
export class DownloadError extends Error {
  override readonly name = 'DownloadError';
}

/**
 * Downloads a file to `target`, through `target.part`, which the next call resumes. `target` only
 * ever comes into being with the pinned size and SHA-256.
 * @throws DownloadError, or the reason of the signal, or an error of the file system
 */
export async function download(
  file: PinnedFile,
  target: string,
  options: DownloadOptions,
): Promise<void> {
  const part = `${target}.part`;
  // One that an earlier call completed is checked again as a part that lacks nothing.
  if ((await sizeOf(target)) > 0) await rename(target, part);
  if ((await sizeOf(part)) > file.bytes) await rm(part);
  const failures: string[] = [];
  for (const url of file.urls) {
    try {
      await complete(url, part, file, options);
      await rename(part, target);
      return;
    } catch (error) {
      if (!(error instanceof TransferError)) throw error;
      failures.push(`${withoutQuery(url)}: ${error.message}`);
      options.onNote(`${withoutQuery(url)}: ${error.message}`);
    }
  }
  throw new DownloadError(explain(file, failures, await sizeOf(part)));
}

/** Attempts one URL until the part is whole and right, or it makes no sense any more. */
async function complete(
  url: string,
  part: string,
  file: PinnedFile,
  options: DownloadOptions,
): Promise<void> {
  const delays = options.retryDelaysMs ?? RETRY_DELAYS_MS;
  for (let attempt = 0; ; attempt += 1) {
    const held = await sizeOf(part);
    try {
      if (held < file.bytes) await transfer(url, part, file.bytes, options);
      await requireChecksum(part, file, held > 0);
      return;
    } catch (error) {
      if ((await sizeOf(part)) - held >= PROGRESS_BYTES) attempt = 0;
      const delay = delays[attempt];
      if (!(error instanceof TransferError) || error.final || delay === undefined) throw error;
      options.onNote(`${error.message}; trying again in ${delay / 1_000} s`);
      await sleep(delay, undefined, { signal: options.signal });
    }
  }
}

/** @throws TransferError and takes the part away, as no byte of it can be trusted */
async function requireChecksum(part: string, file: PinnedFile, resumed: boolean): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(part), hash);
  const got = hash.digest('hex');
  if (got === file.sha256) return;
  await rm(part);
  // A resumed part may hold bytes of another file: the whole one deserves another attempt.
  throw new TransferError(`its SHA-256 is ${got}, expected ${file.sha256}`, !resumed);
}

function explain(file: PinnedFile, failures: readonly string[], kept: number): string {
  const lines = [
    `${file.path} could not be downloaded:`,
    ...failures.map((failure) => `  ${failure}`),
    `Expected are ${file.bytes} bytes with the SHA-256 ${file.sha256}.`,
  ];
  if (kept > 0) lines.push(`The ${kept} bytes so far are kept: the next pull resumes after them.`);
  lines.push(
    'Where this machine cannot reach these servers, behind a proxy for example, put the file on ' +
      'a web server that it can reach and pass its URL with --url.',
  );
  return lines.join('\n');
}

/** Mirrors may carry a secret in the query. */
function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/s, '');
}
