import { readFileSync } from 'node:fs';

/** Linux counts processor time in ticks of this length, whatever the kernel's own. */
const TICK_MS = 10;
const UTIME = 11;
const STIME = 12;

export interface Usage {
  /** Milliseconds of processor time since the start. */
  readonly cpuMs: number;
  /** Resident megabytes; pages that processes share count for each of them. */
  readonly residentMb: number;
}

/** A process and all below it; undefined where there is no /proc. */
export function usageOf(pid: number): Usage | undefined {
  try {
    const below = children(pid).map(usageOf);
    return below.reduce<Usage>(
      (sum, one) => ({
        cpuMs: sum.cpuMs + (one?.cpuMs ?? 0),
        residentMb: sum.residentMb + (one?.residentMb ?? 0),
      }),
      ownUsage(pid),
    );
  } catch {
    return undefined;
  }
}

function ownUsage(pid: number): Usage {
  // The fields follow the command's name, which may hold spaces, in parentheses.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kilobytes = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
  const ticks = Number(fields[UTIME]) + Number(fields[STIME]);
  return { cpuMs: ticks * TICK_MS, residentMb: kilobytes / 1024 };
}

function children(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}
