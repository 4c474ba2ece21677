import { readdirSync } from 'node:fs';

/**
 * NVIDIA GPUs that CUDA shows to this process, which it numbers from 0: those whose device files are
 * there (a container has those it was given), unless CUDA_VISIBLE_DEVICES names fewer.
 */
export function countGpus(environment: NodeJS.ProcessEnv = process.env, dev = '/dev'): number {
  const files = filesOf(dev).filter((name) => /^nvidia\d+$/.test(name)).length;
  const visible = environment['CUDA_VISIBLE_DEVICES'];
  if (visible === undefined) return files;
  // CUDA itself stops at the first entry that is none.
  const entries = visible.split(',').map((entry) => entry.trim());
  const end = entries.findIndex((entry) => !/^(\d+|GPU-.+|MIG-.+)$/.test(entry));
  return Math.min(files, end < 0 ? entries.length : end);
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
