import type { LoadResult } from './load.js';

/** Share of the measured processor time that an autoscaler should leave free. */
const HEADROOM = 0.25;
/** Memory beyond the measured peak, for larger inputs than those of the bench. */
const MEMORY_ROOM = 1.25;
const CPU_STEP_M = 100;
const MEMORY_STEP_MB = 64;

/** What a sweep says of a pod with one model, in Kubernetes' units. */
export interface Advice {
  readonly resources: {
    readonly requests: { readonly cpu: string; readonly memory: string };
    readonly limits: { readonly memory: string };
  };
  /** Average utilisation of the CPU request, percent. */
  readonly targetCPUUtilizationPercentage: number;
  /** Rows that are scored within the target when the queue is full. */
  readonly QUEUE_MAX_ROWS: number;
}

export interface Measured {
  /** The largest load that keeps the target. */
  readonly safe: LoadResult;
  /** Rows a second at the most that was measured. */
  readonly bestPerSecond: number;
  /** Processors that the server used at that load. */
  readonly processors: number;
  /** Highest resident megabytes of all its processes. */
  readonly peakMb: number;
  readonly targetMs: number;
}

/**
 * The CPU request is what the safe load uses, so that replicas are added before it is exceeded;
 * there is no CPU limit, because one throttles all threads of a pod at once.
 */
export function advise({ safe, bestPerSecond, processors, peakMb, targetMs }: Measured): Advice {
  const cpu = roundUp(processors * 1000, CPU_STEP_M);
  const memory = `${roundUp(peakMb * MEMORY_ROOM, MEMORY_STEP_MB)}Mi`;
  const rowsInTarget = Math.floor((bestPerSecond * targetMs) / 1000);
  return {
    resources: { requests: { cpu: `${cpu}m`, memory }, limits: { memory } },
    targetCPUUtilizationPercentage: Math.round((1 - HEADROOM) * 100),
    QUEUE_MAX_ROWS: Math.max(safe.connections, rowsInTarget, 1),
  };
}

function roundUp(value: number, step: number): number {
  return Math.max(step, Math.ceil(value / step) * step);
}
