import type { Context } from '@opentelemetry/api';
import { logs, SeverityNumber } from '@opentelemetry/api-logs';
import type { LogSink } from '../logger.js';
import { SDK_CONTEXT } from './sdk.complaints.js';

const SEVERITY = {
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
  fatal: SeverityNumber.FATAL,
} as const;

/** Exports what is logged as a warning or worse; requests are told by their traces. */
export function logExport(): LogSink {
  const logger = logs.getLogger('nestor');
  return (level, message, context) => {
    // What fails to be delivered would otherwise have to be delivered.
    if (context === SDK_CONTEXT) return;
    logger.emit({
      severityNumber: SEVERITY[level],
      severityText: level,
      body: message,
      attributes: { 'nestor.context': context ?? 'none' },
    });
  };
}

/** A fault of ours, whether or not its request is traced. */
export function exportFault(
  fault: Error,
  attributes: Record<string, string>,
  context: Context | undefined,
): void {
  logs.getLogger('nestor').emit({
    severityNumber: SeverityNumber.ERROR,
    severityText: 'error',
    body: fault.message,
    ...(context && { context }),
    attributes: {
      ...attributes,
      'exception.type': fault.name,
      'exception.message': fault.message,
      'exception.stacktrace': fault.stack ?? '',
    },
  });
}
