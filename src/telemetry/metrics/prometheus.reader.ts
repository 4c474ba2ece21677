import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { type CollectionResult, DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';

/**
 * Writes what the meters hold as Prometheus text. The library's exporter leaves the units out of the
 * names; OpenTelemetry's rules for Prometheus put them in: `http_server_request_duration_seconds`.
 */
export class PrometheusReader extends PrometheusExporter {
  constructor() {
    super({ preventServerStart: true, withoutScopeInfo: true, withoutTargetInfo: true });
  }

  override async collect(
    options?: Parameters<PrometheusExporter['collect']>[0],
  ): Promise<CollectionResult> {
    const { resourceMetrics, errors } = await super.collect(options);
    const scopeMetrics = resourceMetrics.scopeMetrics.map(({ scope, metrics }) => ({
      scope,
      metrics: metrics.filter(({ dataPoints }) => dataPoints.length > 0).map(withUnit),
    }));
    return { resourceMetrics: { ...resourceMetrics, scopeMetrics }, errors };
  }
}

function withUnit(metric: MetricData): MetricData {
  const { descriptor } = metric;
  const name = descriptor.name + suffixOf(metric);
  return { ...metric, descriptor: { ...descriptor, name } };
}

function suffixOf({ descriptor: { unit }, dataPointType }: MetricData): string {
  if (unit === 's') return '.seconds';
  if (unit === 'By') return '.bytes';
  return unit === '1' && dataPointType === DataPointType.GAUGE ? '.ratio' : '';
}
