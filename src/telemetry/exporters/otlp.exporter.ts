import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { BatchLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { DELIVERY_TIMEOUT_MS, type Pipeline } from './pipeline.js';

/**
 * Adds an OTLP collector (http/protobuf). Headers, certificates and compression are the standard
 * `OTEL_EXPORTER_OTLP_*` variables, which the exporters read themselves.
 */
export function addOtlp(pipeline: Pipeline, endpoint: string, metricIntervalMs: number): void {
  const to = (signal: string) => ({
    url: `${endpoint.replace(/\/$/, '')}/v1/${signal}`,
    timeoutMillis: DELIVERY_TIMEOUT_MS,
  });
  pipeline.spanProcessors.push(new BatchSpanProcessor(new OTLPTraceExporter(to('traces'))));
  pipeline.logRecordProcessors.push(new BatchLogRecordProcessor(new OTLPLogExporter(to('logs'))));
  pipeline.metricReaders.push(
    new PeriodicExportingMetricReader({
      exporter: new OTLPMetricExporter(to('metrics')),
      exportIntervalMillis: metricIntervalMs,
      exportTimeoutMillis: Math.min(metricIntervalMs, 2 * DELIVERY_TIMEOUT_MS),
    }),
  );
}
