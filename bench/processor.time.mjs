import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second. */
const TICK_MS = 10;

/**
 * Processor time in milliseconds up to now of a server: its main thread, its other threads (libuv's
 * pool, V8's helpers) and the processes of its instances. Other load on the machine moves it less
 * than it moves rates.
 */
export function processorTime(pid) {
  const main = timeOf(`/proc/${pid}/task/${pid}`);
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  const instances = children.reduce((sum, child) => sum + timeOf(`/proc/${child}`), 0);
  return { main, 'other threads': timeOf(`/proc/${pid}`) - main, instances };
}

function timeOf(folder) {
  const [, fields] = readFileSync(`${folder}/stat`, 'utf8').split(') ');
  const [user, system] = fields.split(' ').slice(11, 13).map(Number);
  return (user + system) * TICK_MS;
}

/** Processor time in milliseconds of a process and all below it. */
export function treeMs(pid) {
  return belowOf(pid).reduce((sum, child) => sum + treeMs(child), timeOf(`/proc/${pid}`));
}

function belowOf(pid) {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number),
  );
}

/** Resident memory of a process and all below it, in MB. */
export function residentMb(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const own = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  return belowOf(pid).reduce((sum, child) => sum + residentMb(child), own);
}
