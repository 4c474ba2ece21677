import type { Readable } from 'node:stream';
import { withoutValues } from './run.fault.js';

/** Of a longer line the beginning is told. */
const MAX_LINE = 1_000;
const MAX_LINES = 50;
const WINDOW_MS = 60_000;

/** Told each line that the process of an instance prints. */
export type SayLine = (line: string) => void;

/**
 * Follows what a process prints, which are warnings of the runtime and the last words before a
 * crash. Bounded: at most 50 lines of 1,000 characters in a minute, and how many were left out.
 */
export function followOutput(stream: Readable | null, say: SayLine): void {
  let line = '';
  let lines = 0;
  let windowEnd = 0;
  const end = () => {
    const text = withoutValues(line).trim();
    line = '';
    if (text === '') return;
    if (performance.now() >= windowEnd) {
      if (lines > MAX_LINES) say(`${lines - MAX_LINES} more lines were left out`);
      lines = 0;
      windowEnd = performance.now() + WINDOW_MS;
    }
    lines += 1;
    if (lines <= MAX_LINES) say(text);
  };
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    const parts = chunk.split('\n');
    for (const [index, part] of parts.entries()) {
      if (index > 0) end();
      line += part.slice(0, MAX_LINE - line.length);
    }
  });
  stream?.on('end', end).on('error', () => undefined);
}
