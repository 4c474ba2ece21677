import type { TokenCredential } from '@azure/identity';
import {
  type AzureMonitorOpenTelemetryOptions,
  shutdownAzureMonitor,
  useAzureMonitor,
} from '@azure/monitor-opentelemetry';
import { ConfigError } from '../../config/config.js';
import type { Config } from '../../config/config.schema.js';
import { DELIVERY_TIMEOUT_MS, type Pipeline, type Shutdown } from './pipeline.js';

type ExporterOptions = NonNullable<AzureMonitorOpenTelemetryOptions['azureMonitorExporterOptions']>;

/** The library's switches that are no options, set unless the operator has. */
const SWITCHES = {
  // Reports on itself to Microsoft.
  APPLICATION_INSIGHTS_NO_STATSBEAT: '1',
  // The SDK of Azure writes plain lines to standard output.
  AZURE_LOG_LEVEL: 'error',
};

const OFF = { enabled: false };

/** Of what the library would watch on its own we have nothing, or have measured it better. */
const NO_INSTRUMENTATION = {
  http: OFF,
  azureSdk: OFF,
  mongoDb: OFF,
  mySql: OFF,
  postgreSql: OFF,
  redis: OFF,
  redis4: OFF,
  bunyan: OFF,
  winston: OFF,
};

/**
 * Starts the providers of the SDK with Application Insights beside what the pipeline holds.
 * @throws ConfigError when there is no workload identity to authenticate with
 */
export async function startAzure(
  config: Config,
  connectionString: string,
  { resource, metricReaders, spanProcessors, logRecordProcessors }: Pipeline,
): Promise<Shutdown> {
  for (const [name, value] of Object.entries(SWITCHES)) process.env[name] ??= value;
  useAzureMonitor({
    resource,
    azureMonitorExporterOptions: {
      connectionString,
      disableOfflineStorage: true,
      ...(config.APPLICATIONINSIGHTS_AUTH === 'entra' && { credential: await workloadIdentity() }),
      retryOptions: { maxRetries: 1 },
      additionalPolicies: [{ policy: timeout, position: 'perRetry' }],
    } as ExporterOptions,
    // What is sampled is decided before a span is made (see TraceBudget).
    tracesPerSecond: 0,
    samplingRatio: 1,
    enableLiveMetrics: config.APPLICATIONINSIGHTS_LIVE_METRICS === 'on',
    // Computed from spans, of which most are left out.
    enableStandardMetrics: false,
    enablePerformanceCounters: false,
    // A warning is worth keeping whether or not its request is traced.
    enableTraceBasedSamplingForLogs: false,
    instrumentationOptions: NO_INSTRUMENTATION,
    metricReaders: metricReaders as NonNullable<AzureMonitorOpenTelemetryOptions['metricReaders']>,
    spanProcessors,
    logRecordProcessors,
  });
  return shutdownAzureMonitor;
}

/** The client has no timeout of its own: an endpoint that hangs would pile up requests. */
const timeout = {
  name: 'deliveryTimeout',
  sendRequest<R extends { timeout: number }, T>(request: R, next: (request: R) => T): T {
    request.timeout = DELIVERY_TIMEOUT_MS;
    return next(request);
  },
};

async function workloadIdentity(): Promise<TokenCredential> {
  const { WorkloadIdentityCredential } = await import('@azure/identity');
  try {
    // The cluster names the authority; private clouds cannot ask the public one whether it exists.
    return new WorkloadIdentityCredential({ disableInstanceDiscovery: true });
  } catch {
    const text = 'entra needs AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_FEDERATED_TOKEN_FILE';
    throw new ConfigError([`APPLICATIONINSIGHTS_AUTH: ${text}, which workload identity sets`]);
  }
}
