import { format } from 'node:util';
import type { LoggerService } from '@nestjs/common';
import { type LoggerOptions, type Logger as Pino, pino } from 'pino';
import { redactRecord, redactText } from '../redaction/redact.js';

/** Nest's own account of how it puts the application together. */
const ASSEMBLY = new Set(['NestFactory', 'InstanceLoader', 'RoutesResolver', 'RouterExplorer']);

/** Told of every warning and worse, redacted. */
export type LogSink = (level: 'warn' | 'error' | 'fatal', message: string, context: string) => void;

type Level = 'debug' | 'error' | 'fatal' | 'info' | 'trace' | 'warn';

/**
 * Writes one JSON line an event on standard output; Nest and our classes log through it. Lines are
 * written at once: a buffer was measured to save nothing, and would lose what a crash was about.
 */
export class JsonLogger implements LoggerService {
  /** Whatever is written here is redacted: members, messages with their arguments, errors. */
  readonly pino: Pino;
  /** Writes what it is given: for lines all of whose members are known to be harmless. */
  readonly plain: Pino;
  sink: LogSink | undefined;

  constructor(level: string) {
    const destination = pino.destination({ dest: 1, sync: true });
    const options: LoggerOptions = {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    };
    this.plain = pino(options, destination);
    this.pino = pino(
      {
        ...options,
        formatters: { ...options.formatters, bindings: redactRecord },
        hooks: {
          logMethod(args, method) {
            const [first, ...rest] = args as unknown[];
            const record = typeof first === 'string' ? {} : redactRecord(first);
            const message = format(...(typeof first === 'string' ? args : rest));
            // An error alone gives the line its message.
            if (message === '') method.apply(this, [record as object]);
            else method.apply(this, [record as object, redactText(message)]);
          },
        },
      },
      destination,
    );
  }

  log(message: unknown, ...details: unknown[]): void {
    const assembly = ASSEMBLY.has(String(details.at(-1)));
    this.#write(assembly ? 'debug' : 'info', message, details);
  }

  warn(message: unknown, ...details: unknown[]): void {
    this.#write('warn', message, details);
  }

  error(message: unknown, ...details: unknown[]): void {
    this.#write('error', message, details);
  }

  fatal(message: unknown, ...details: unknown[]): void {
    this.#write('fatal', message, details);
  }

  debug(message: unknown, ...details: unknown[]): void {
    this.#write('debug', message, details);
  }

  verbose(message: unknown, ...details: unknown[]): void {
    this.#write('trace', message, details);
  }

  /** @param details as Nest passes them: the stack of an error, where there is one, and the context */
  #write(level: Level, message: unknown, details: unknown[]): void {
    const context = details.at(-1);
    const stack = details.length > 1 ? details[0] : undefined;
    if (isLine(message)) this.pino[level]({ context, ...message });
    else if (message instanceof Error) {
      this.pino[level]({ context, stack: stack ?? message.stack }, message.message);
    } else this.pino[level]({ context, stack }, textOf(message));
    if (level === 'warn' || level === 'error' || level === 'fatal') {
      this.sink?.(level, redactText(textOf(message)), String(context));
    }
  }
}

function textOf(message: unknown): string {
  if (isLine(message)) return String(message['msg']);
  if (message instanceof Error) return message.message;
  return typeof message === 'string' ? message : format(message);
}

/** A line whose members are fields of the log, as of the audit trail. */
function isLine(message: unknown): message is Record<string, unknown> {
  return typeof message === 'object' && message !== null && 'msg' in message;
}
