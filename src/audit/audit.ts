import { Logger } from '@nestjs/common';

/** Something that changes what the server serves or whom it lets in. */
export interface AuditEvent {
  readonly audit:
    'server.start' | 'model.load' | 'model.unload' | 'keys.reload' | 'certificate.reload';
  /** What it was done to: a model, or the variable that names a file; never a value. */
  readonly target: string;
  /** Who asked: `<kind>:<id>` of a caller, or `system:<part>` where nobody did. */
  readonly principal: string;
  readonly result: 'done' | 'refused';
  /** Why it was refused. */
  readonly reason?: string;
  /** Of the request that asked for it. */
  readonly requestId?: string;
}

const logger = new Logger('audit');

/**
 * Writes the event as one line of the log, its members beside the message.
 * @param message for people; unset: made of the event
 */
export function audit(event: AuditEvent, message = textOf(event)): void {
  const line = { ...event, msg: message };
  if (event.result === 'done') logger.log(line);
  else logger.error(line);
}

function textOf({ audit, target, result }: AuditEvent): string {
  return `${audit} ${target}: ${result}`;
}
