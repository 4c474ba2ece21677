import type { LoggerService } from '@nestjs/common';
import { type Logger as Pino, pino } from 'pino';

/** Nest's own account of how it puts the application together. */
const ASSEMBLY = new Set(['NestFactory', 'InstanceLoader', 'RoutesResolver', 'RouterExplorer']);

/** Told of every warning and worse. */
export type LogSink = (
  level: 'warn' | 'error' | 'fatal',
  message: string,
  context: string | undefined,
) => void;

/** Writes one JSON line an event on standard output; Nest and our classes log through it. */
export class JsonLogger implements LoggerService {
  readonly pino: Pino;
  sink: LogSink | undefined;

  constructor(level: string) {
    this.pino = pino({
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    });
  }

  log(message: unknown, context?: string): void {
    const level = context !== undefined && ASSEMBLY.has(context) ? 'debug' : 'info';
    if (isLine(message)) this.pino[level]({ context, ...message });
    else this.pino[level]({ context }, String(message));
  }

  warn(message: unknown, context?: string): void {
    this.pino.warn({ context }, String(message));
    this.sink?.('warn', String(message), context);
  }

  error(message: unknown, ...details: unknown[]): void {
    const context = details.at(-1);
    if (isLine(message)) this.pino.error({ context, ...message });
    else this.pino.error({ context }, String(message));
    this.sink?.('error', textOf(message), String(context));
  }

  fatal(message: unknown, ...details: unknown[]): void {
    this.pino.fatal({ context: details.at(-1) }, String(message));
    this.sink?.('fatal', String(message), String(details.at(-1)));
  }

  debug(message: unknown, context?: string): void {
    this.pino.debug({ context }, String(message));
  }

  verbose(message: unknown, context?: string): void {
    this.pino.trace({ context }, String(message));
  }
}

function textOf(message: unknown): string {
  return isLine(message) ? String(message['msg']) : String(message);
}

/** A line whose members are fields of the log, as of the audit trail. */
function isLine(message: unknown): message is Record<string, unknown> {
  return typeof message === 'object' && message !== null && 'msg' in message;
}
