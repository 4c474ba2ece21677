import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/**
 * Processors that this process may use: the cgroup's CPU limit, rounded up, or the processors of
 * its affinity mask. ONNX Runtime and `os.availableParallelism()` see those of the whole node.
 */
export function processors(cgroupRoot = '/sys/fs/cgroup'): number {
  const quota = quotaV2(`${cgroupRoot}/cpu.max`) ?? quotaV1(`${cgroupRoot}/cpu`);
  const available = availableParallelism();
  return quota === undefined ? available : Math.max(1, Math.min(available, Math.ceil(quota)));
}

function quotaV2(file: string): number | undefined {
  const [quota, period] = read(file)?.split(' ').map(Number) ?? [];
  return ratio(quota, period);
}

function quotaV1(folder: string): number | undefined {
  const quota = Number(read(`${folder}/cpu.cfs_quota_us`));
  return ratio(quota, Number(read(`${folder}/cpu.cfs_period_us`)));
}

function ratio(quota = NaN, period = NaN): number | undefined {
  return quota > 0 && period > 0 ? quota / period : undefined;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}
