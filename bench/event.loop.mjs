/**
 * `node --import bench/event.loop.mjs …`: writes the percentiles of the event loop's delay, in
 * milliseconds, to the file EVENT_LOOP_FILE each second, since the last time that file was removed.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const file = process.env.EVENT_LOOP_FILE;
// The option reaches the instances of the server as well; they are none of it.
if (file !== undefined && process.argv[1]?.endsWith('nestor.js')) {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  setInterval(() => {
    if (!existsSync(file)) delay.reset();
    const [p50, p99, max] = [delay.percentile(50), delay.percentile(99), delay.max];
    writeFileSync(file, JSON.stringify({ p50: p50 / 1e6, p99: p99 / 1e6, max: max / 1e6 }));
  }, 1000).unref();
}
