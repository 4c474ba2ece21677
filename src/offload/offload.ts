import { Piscina } from 'piscina';

/** One thread: it keeps the event loop free, it is not there to use more processors. */
const pool = new Piscina({ minThreads: 0, maxThreads: 1, idleTimeout: 60_000 });

/**
 * Runs the default export of a module off the event loop.
 * @param module its URL, for example `new URL('./json.worker.js', import.meta.url)`
 * @param transfer buffers of the task that move over instead of being copied
 */
export function offload<Result>(
  module: URL,
  task: unknown,
  transfer: readonly ArrayBuffer[] = [],
): Promise<Result> {
  return pool.run(task, { filename: module.href, transferList: [...transfer] });
}
