import type { SdkLogRecord, LogRecordProcessor } from '@opentelemetry/sdk-logs';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { redactRecord, redactText } from '../../redaction/redact.js';

const done = () => Promise.resolve();

/** Stands before every exporter of spans: what a span carries was redacted once, for all of them. */
export const redactSpans: SpanProcessor = {
  onStart: () => undefined,
  onEnd(span: ReadableSpan): void {
    Object.assign(span.attributes, redactRecord(span.attributes));
    for (const { attributes } of span.events) {
      if (attributes !== undefined) Object.assign(attributes, redactRecord(attributes));
    }
    const { status } = span;
    if (status.message !== undefined) status.message = redactText(status.message);
  },
  forceFlush: done,
  shutdown: done,
};

/** Stands before every exporter of log records. */
export const redactLogs: LogRecordProcessor = {
  onEmit(record: SdkLogRecord): void {
    if (typeof record.body === 'string') record.setBody(redactText(record.body));
    record.setAttributes(redactRecord(record.attributes));
  },
  forceFlush: done,
  shutdown: done,
};
