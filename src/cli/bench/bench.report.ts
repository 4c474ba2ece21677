import type { Advice } from './advice.js';
import type { LoadResult } from './load.js';

/** A load with what it cost; the server's processes are only seen when they are ours. */
export interface BenchRow extends LoadResult {
  /** Milliseconds of the server's processor time for each answer. */
  readonly cpuMs?: number;
  /** Processors that the server kept busy. */
  readonly processors?: number;
  readonly residentMb?: number;
}

export interface BenchReport {
  readonly model: string;
  readonly input: string;
  readonly rows: readonly BenchRow[];
  /** Connections that keep the target, undefined where one alone does not. */
  readonly safeConnections?: number;
  readonly advice?: Advice;
}
