import { diag, type DiagLogger, DiagLogLevel } from '@opentelemetry/api';
import { redactText } from '../../redaction/redact.js';

const SPAN_MS = 60_000;
const MAX_LENGTH = 300;

/** Where the lines of the SDK go; its context keeps them out of the logs that are exported. */
export const SDK_CONTEXT = 'Telemetry';

/**
 * Lets the SDK complain once a minute, in one short line without secrets: a destination that is gone
 * fails every few seconds, and tells of it with stacks and headers.
 */
export function hearComplaints(warn: (message: string, context: string) => void): void {
  diag.setLogger(new Complaints(warn), {
    logLevel: DiagLogLevel.WARN,
    suppressOverrideMessage: true,
  });
}

class Complaints implements DiagLogger {
  #toldAt = -Infinity;
  #kept = 0;

  constructor(private readonly tell: (message: string, context: string) => void) {}

  error = (...said: unknown[]): void => this.#hear(said);
  warn = (...said: unknown[]): void => this.#hear(said);
  info = (): void => undefined;
  debug = (): void => undefined;
  verbose = (): void => undefined;

  #hear(said: readonly unknown[]): void {
    const now = performance.now();
    if (now - this.#toldAt < SPAN_MS) {
      this.#kept += 1;
      return;
    }
    const text = redactText(said.map(textOf).join(' ')).slice(0, MAX_LENGTH);
    const more = this.#kept === 0 ? '' : ` (and ${this.#kept} times since the last such line)`;
    this.#toldAt = now;
    this.#kept = 0;
    this.tell(`telemetry is not delivered as it should be: ${text}${more}`, SDK_CONTEXT);
  }
}

/** The SDK tells of an error as the object, or as its JSON with the stack. */
function textOf(said: unknown): string {
  if (said instanceof Error) return `${said.name}: ${said.message}`;
  const text = typeof said === 'string' ? said : (JSON.stringify(said) ?? '');
  const message = /"message":"((?:[^"\\]|\\.){0,300})"/.exec(text)?.[1];
  return message ?? text;
}
