import { setTimeout as sleep } from 'node:timers/promises';
import { metrics } from '@opentelemetry/api';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from '@opentelemetry/semantic-conventions';
import type { Config } from '../config/config.schema.js';
import type { Pipeline, Shutdown } from './exporters/pipeline.js';
import type { JsonLogger } from './logger.js';
import { PrometheusReader } from './metrics/prometheus.reader.js';
import { nestorVersion } from './version.js';

/** A destination that hangs does not hold up the stop longer. */
const SHUTDOWN_MS = 4_000;

export interface Telemetry {
  /** Undefined where `/metrics` is off. */
  readonly prometheus: PrometheusReader | undefined;
  /** Whether there is anywhere to send traces. */
  readonly exporting: boolean;
  /** Delivers what is left, within some seconds. */
  readonly shutdown: Shutdown;
}

/**
 * Starts what the configuration asks for. Call it before anything makes an instrument or a span.
 * Without a destination nothing but the metrics for Prometheus is loaded.
 */
export async function startTelemetry(config: Config, logger: JsonLogger): Promise<Telemetry> {
  const prometheus = config.MANAGEMENT_PORT === 'off' ? undefined : new PrometheusReader();
  const pipeline = emptyPipeline(config);
  if (prometheus) pipeline.metricReaders.push(prometheus);
  const exporting =
    config.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined ||
    config.APPLICATIONINSIGHTS_CONNECTION_STRING !== undefined;
  const shutdown = exporting ? await startExport(config, pipeline, logger) : startMetrics(pipeline);
  return { prometheus, exporting, shutdown: () => within(SHUTDOWN_MS, shutdown) };
}

/** What could not be delivered in time is lost; the SDK has complained of it. */
async function within(ms: number, shutdown: Shutdown): Promise<void> {
  await Promise.race([shutdown().catch(() => undefined), sleep(ms)]);
}

async function startExport(
  config: Config,
  pipeline: Pipeline,
  logger: JsonLogger,
): Promise<Shutdown> {
  const { redactLogs, redactSpans } = await import('./exporters/redaction.processors.js');
  pipeline.spanProcessors.push(redactSpans);
  pipeline.logRecordProcessors.push(redactLogs);
  const { OTEL_EXPORTER_OTLP_ENDPOINT: otlp, OTEL_METRIC_EXPORT_INTERVAL: interval } = config;
  if (otlp !== undefined) {
    const { addOtlp } = await import('./exporters/otlp.exporter.js');
    addOtlp(pipeline, otlp, interval);
  }
  const shutdown = await startProviders(config, pipeline);
  const { hearComplaints } = await import('./exporters/sdk.complaints.js');
  hearComplaints((message, context) => logger.warn(message, context));
  const { logExport } = await import('./exporters/log.export.js');
  logger.sink = logExport();
  return shutdown;
}

async function startProviders(config: Config, pipeline: Pipeline): Promise<Shutdown> {
  const azure = config.APPLICATIONINSIGHTS_CONNECTION_STRING;
  if (azure !== undefined) {
    const { startAzure } = await import('./exporters/azure.exporter.js');
    return startAzure(config, azure, pipeline);
  }
  const { startProviders } = await import('./exporters/own.providers.js');
  const [stopMetrics, stopOthers] = [startMetrics(pipeline), startProviders(pipeline)];
  return async () => {
    await Promise.all([stopMetrics(), stopOthers()]);
  };
}

function startMetrics({ resource, metricReaders }: Pipeline): Shutdown {
  if (metricReaders.length === 0) return () => Promise.resolve();
  const provider = new MeterProvider({ resource, readers: metricReaders });
  metrics.setGlobalMeterProvider(provider);
  return () => provider.shutdown();
}

function emptyPipeline({ OTEL_SERVICE_NAME }: Config): Pipeline {
  const resource = defaultResource()
    // OTEL_RESOURCE_ATTRIBUTES: the chart puts the pod's name there.
    .merge(detectResources({ detectors: [envDetector] }))
    .merge(
      resourceFromAttributes({
        [ATTR_SERVICE_NAME]: OTEL_SERVICE_NAME,
        [ATTR_SERVICE_VERSION]: nestorVersion,
      }),
    );
  return { resource, metricReaders: [], spanProcessors: [], logRecordProcessors: [] };
}
