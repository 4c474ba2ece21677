import type { BenchReport, BenchRow } from './bench.report.js';

const HEAD = 'connections   per second   p50 ms   p99 ms   refused   failed   CPU ms each       MB';

export function tableLines({ model, input, rows }: BenchReport): string[] {
  return ['', `${model}: ${input}`, HEAD, ...rows.map(line)];
}

/** What to set, as members of the chart's values. */
export function adviceLines({ safeConnections, advice }: BenchReport): string[] {
  if (safeConnections === undefined) return ['One connection alone does not keep the target.'];
  const kept = `${safeConnections} connections keep the target.`;
  if (advice === undefined) return [kept];
  const { resources, targetCPUUtilizationPercentage, QUEUE_MAX_ROWS } = advice;
  const { cpu, memory } = resources.requests;
  return [
    `${kept} For a pod with this model alone:`,
    `  requests: cpu ${cpu}, memory ${memory}; limits: memory ${resources.limits.memory}`,
    `  autoscaling on CPU at ${targetCPUUtilizationPercentage} %; QUEUE_MAX_ROWS=${QUEUE_MAX_ROWS}`,
  ];
}

function line(row: BenchRow): string {
  const cells = [
    [String(row.connections), 11],
    [row.perSecond.toFixed(1), 13],
    [row.p50.toFixed(1), 9],
    [row.p99.toFixed(1), 9],
    [String(row.refused), 10],
    [String(row.failed), 9],
    [row.cpuMs?.toFixed(1) ?? '-', 14],
    [row.residentMb?.toFixed(0) ?? '-', 9],
  ] as const;
  return cells.map(([text, width]) => text.padStart(width)).join('');
}
