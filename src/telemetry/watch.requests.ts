import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/config.schema.js';
import { measureRequests } from './metrics/http.metrics.js';
import { onRequestEnd } from './request.end.js';
import type { Telemetry } from './telemetry.js';

/** Counts and times requests, and traces those within the budget where traces go anywhere. */
export async function watchRequests(
  fastify: FastifyInstance,
  { TRACES_PER_SECOND }: Config,
  { exporting }: Telemetry,
): Promise<void> {
  measureRequests(fastify);
  if (!exporting) return;
  const { exportFault } = await import('./exporters/log.export.js');
  onRequestEnd(fastify, ({ id, trace, context: { fault, errorCode = 'internal-error' } }) => {
    if (fault === undefined) return;
    const attributes = { 'nestor.request.id': id, 'error.type': errorCode };
    exportFault(fault, attributes, trace?.context);
  });
  if (TRACES_PER_SECOND === 0) return;
  const { TraceBudget } = await import('./tracing/trace.budget.js');
  const { traceRequests } = await import('./tracing/request.spans.js');
  traceRequests(fastify, new TraceBudget(TRACES_PER_SECOND));
}
