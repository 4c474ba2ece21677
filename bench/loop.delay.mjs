/**
 * Preloaded into the server by --import: how late its event loop runs what is due. Every SIGUSR2
 * writes the percentiles since the last into LOOP_DELAY_FILE.
 */
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

// Instances inherit the option; they have a channel to their parent, the server has none.
if (process.send === undefined) {
  const RESOLUTION_MS = 5;
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  const late = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
  process.on('SIGUSR2', () => {
    const delays = { p50: late(histogram.percentile(50)), p99: late(histogram.percentile(99)) };
    writeFileSync(process.env.LOOP_DELAY_FILE, JSON.stringify(delays));
    histogram.reset();
  });
}
