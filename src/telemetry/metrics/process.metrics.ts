import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { nestorVersion } from '../version.js';
import { gauge, sum } from './meter.js';

/** The delay is told of the last full span of this length, whoever collects and how often. */
const DELAY_SPAN_MS = 15_000;
const DELAY_RESOLUTION_MS = 20;

/** Memory, processor time and event loop of the server process, by the semantic conventions. */
export function measureProcess(): void {
  gauge({ name: 'nestor.build.info', description: 'Versions of what runs.' }, (observe) =>
    observe(1, { version: nestorVersion, node: process.version }),
  );
  gauge({ name: 'process.memory.usage', description: 'Resident memory.', unit: 'By' }, (observe) =>
    observe(process.memoryUsage.rss()),
  );
  gauge(
    { name: 'v8js.memory.heap.used', description: 'Used memory of the heap.', unit: 'By' },
    (observe) => observe(process.memoryUsage().heapUsed),
  );
  sum({ name: 'process.cpu.time', description: 'Processor time.', unit: 's' }, (observe) => {
    const { user, system } = process.cpuUsage();
    observe(user / 1e6, { 'cpu.mode': 'user' });
    observe(system / 1e6, { 'cpu.mode': 'system' });
  });
  gauge(
    {
      name: 'nodejs.eventloop.utilization',
      description: 'Share of its time that the event loop was busy since the start.',
      unit: '1',
    },
    (observe) => observe(performance.eventLoopUtilization().utilization),
  );
  measureDelay();
}

/** Of the TLS certificate in service, undefined where TLS ends at a proxy. */
export function measureCertificate(validTo: () => Date | undefined): void {
  gauge(
    {
      name: 'nestor.certificate.expiry.timestamp',
      description: 'Unix time at which the served certificate ends.',
      unit: 's',
    },
    (observe) => {
      const end = validTo();
      if (end !== undefined) observe(end.getTime() / 1000);
    },
  );
}

function measureDelay(): void {
  const delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
  delay.enable();
  let last = { p50: 0, p99: 0, max: 0 };
  const look = () => {
    last = {
      p50: seconds(delay.percentile(50)),
      p99: seconds(delay.percentile(99)),
      max: seconds(delay.max),
    };
    delay.reset();
  };
  setInterval(look, DELAY_SPAN_MS).unref();
  for (const which of ['p50', 'p99', 'max'] as const) {
    const name = `nodejs.eventloop.delay.${which}`;
    gauge({ name, description: `Delay of the event loop, ${which}.`, unit: 's' }, (observe) =>
      observe(last[which]),
    );
  }
}

/** The monitor counts its own interval as delay. */
function seconds(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e9 - DELAY_RESOLUTION_MS / 1000);
}
