import { logs } from '@opentelemetry/api-logs';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { AlwaysOnSampler } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { Pipeline } from './pipeline.js';
import type { Shutdown } from './pipeline.js';

/** The providers of traces and logs where there is no Application Insights to bring its own. */
export function startProviders(pipeline: Pipeline): Shutdown {
  const { resource, spanProcessors, logRecordProcessors } = pipeline;
  // What is sampled is decided before a span is made (see TraceBudget).
  const traces = new NodeTracerProvider({
    resource,
    spanProcessors,
    sampler: new AlwaysOnSampler(),
  });
  traces.register({ propagator: null });
  const records = new LoggerProvider({ resource, processors: logRecordProcessors });
  logs.setGlobalLoggerProvider(records);
  return async () => {
    await Promise.all([traces.shutdown(), records.shutdown()]);
  };
}
