import { type Command, InvalidArgumentError } from 'commander';
import type { BenchOptions } from './bench/bench.js';

const TARGET_P99_MS = 250;

export function addBenchCommand(program: Command): void {
  program
    .command('bench')
    .description('measure this machine: the load it carries within a latency, and what to set')
    .option('--models <names>', 'models to measure; unset: every one that serves', names)
    .option('--connections <counts>', 'loads to try', counts, [1, 2, 4, 8, 16, 32])
    .option('--sizes <pixels>', 'sides of the photographs for vision models', counts, [224, 1024])
    .option('--seconds <seconds>', 'length of each measurement', count, 5)
    .option('--target-p99 <ms>', 'latency that 99 of 100 answers keep', count, TARGET_P99_MS)
    .option('--json', 'print JSON on standard output instead of tables')
    .option('--svg <file>', 'write a plot')
    .option(
      '--url <url>',
      'measure a server that runs, with the key in NESTOR_API_KEY; unset: one of its own',
      url,
    )
    .action(async (options: BenchOptions) => {
      const { BenchError, bench } = await import('./bench/bench.js');
      await bench(options).catch((error: unknown) => {
        if (!(error instanceof BenchError)) throw error;
        process.stderr.write(`${error.message}\n`);
        process.exitCode = 1;
      });
    });
}

function names(list: string): string[] {
  return list.split(',').map((name) => name.trim());
}

function counts(list: string): number[] {
  return names(list).map(count);
}

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value <= 10_000) return value;
  throw new InvalidArgumentError('expected a whole number from 1 to 10000.');
}

function url(text: string): string {
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  if (parsed?.protocol === 'https:') return parsed.origin;
  throw new InvalidArgumentError('expected https://HOST:PORT.');
}
