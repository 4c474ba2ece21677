import { CatalogueError, ImplausibleModelError } from '../registry/model.catalogue.js';
import { DownloadError } from '../registry/model.download.js';
import { ModelFolderError } from '../registry/model.folder.js';
import { OnnxFileError } from '../registry/onnx.file.js';
import { VersionFolderError } from '../registry/version.folder.js';
import { ModelAddError } from './model.add.error.js';

const INTERRUPTED = 130;

/** Runs a command; what a person can put right is told in a sentence, without a stack. */
export async function failSoftly<T>(
  run: () => Promise<T>,
  stop?: AbortSignal,
): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (stop?.aborted) {
      fail('stopped; what was downloaded is kept and the next pull resumes after it', INTERRUPTED);
    } else if (error instanceof Error && isExpected(error)) fail(error.message);
    else throw error;
    return undefined;
  }
}

function isExpected(error: Error): boolean {
  const kinds = [
    CatalogueError,
    DownloadError,
    ImplausibleModelError,
    ModelAddError,
    ModelFolderError,
    OnnxFileError,
    VersionFolderError,
  ];
  // The file system says what it could not do and where.
  return kinds.some((kind) => error instanceof kind) || 'syscall' in error;
}

export function fail(message: string, code = 1): void {
  say(message);
  process.exitCode = code;
}

export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
