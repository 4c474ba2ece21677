import type { Resource } from '@opentelemetry/resources';
import type { LogRecordProcessor } from '@opentelemetry/sdk-logs';
import type { IMetricReader } from '@opentelemetry/sdk-metrics';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';

/** What the providers of the SDK are made of; a destination adds its own. */
export interface Pipeline {
  readonly resource: Resource;
  readonly metricReaders: IMetricReader[];
  readonly spanProcessors: SpanProcessor[];
  readonly logRecordProcessors: LogRecordProcessor[];
}

/** How long one attempt to deliver may take; a destination that hangs holds no more than that. */
export const DELIVERY_TIMEOUT_MS = 5_000;

/** Sends what is left and lets go. */
export type Shutdown = () => Promise<void>;
