import { writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { loadScoringConfig } from '../../config/scoring.config.js';
import { processors } from '../../engine/processors.js';
import { findVersions } from '../../registry/model.folder.js';
import { LocalServer } from '../local.server.js';
import { advise } from './advice.js';
import type { BenchReport, BenchRow } from './bench.report.js';
import { BenchError, type BenchWork, benchWork } from './bench.work.js';
import { type LoadResult, load, type Target } from './load.js';
import { plot } from './plot.js';
import { type Usage, usageOf } from './process.usage.js';
import { sweep } from './sweep.js';
import { adviceLines, tableLines } from './tables.js';

export interface BenchOptions {
  readonly models?: string[];
  readonly connections: number[];
  readonly sizes: number[];
  readonly seconds: number;
  /** Milliseconds. */
  readonly targetP99: number;
  readonly json?: boolean;
  readonly svg?: string;
  readonly url?: string;
}

export { BenchError };

/** Measures every chosen model and prints tables and settings, or JSON. */
export async function bench(options: BenchOptions): Promise<void> {
  const own = options.url === undefined ? await startOwn(options) : undefined;
  try {
    const target = own ?? remote(options.url ?? '');
    const work = await benchWork(await modelsOf(target), {
      modelsDir: loadScoringConfig().MODELS_DIR,
      models: options.models,
      sizes: options.sizes,
    });
    const reports: BenchReport[] = [];
    for (const one of work) {
      process.stderr.write(`measuring ${one.model}, ${one.input}\n`);
      reports.push(await measure(target, one, options, own?.process.pid));
    }
    await print(reports, options);
    if (reports.some(({ rows }) => rows.some(({ failed }) => failed > 0))) process.exitCode = 1;
  } finally {
    own?.stop();
  }
}

/** Quotas are off: they would be measured instead of the models. */
async function startOwn({ models }: BenchOptions): Promise<LocalServer> {
  // A name without a version would keep the server from ever being ready.
  const found = await findVersions(loadScoringConfig().MODELS_DIR);
  const missing = models?.find((name) => !found.has(name));
  if (missing !== undefined) throw new BenchError(`no model named ${missing} in the models folder`);
  const env = { ...(models && { MODELS: models.join(',') }), RATE_LIMIT_PER_MINUTE: undefined };
  return LocalServer.start({ port: '0', keyId: 'bench', env: { ...env, LOG_LEVEL: 'info' } });
}

function remote(url: string): Target {
  const key = process.env['NESTOR_API_KEY'];
  if (key === undefined) throw new BenchError('--url needs a key in NESTOR_API_KEY');
  return { url, key, ca: undefined };
}

async function modelsOf({ url, key, ca }: Target): Promise<unknown> {
  const { request } = await import('node:https');
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/v1/models`, { headers: { 'x-api-key': key }, ca }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        if (response.statusCode === 200) return resolve(JSON.parse(text));
        reject(new BenchError(`GET ${url}/v1/models answered ${response.statusCode}`));
      });
    });
    sent.once('error', reject).end();
  });
}

async function measure(
  target: Target,
  work: BenchWork,
  { connections, seconds, targetP99 }: BenchOptions,
  pid: number | undefined,
): Promise<BenchReport> {
  const { model, input } = work;
  // The first requests of a process pay for its just-in-time compiler.
  await load(target, work, 2, 1);
  const rows: BenchRow[] = [];
  const { results, safe } = await sweep(connections, targetP99, async (count) => {
    const before = pid === undefined ? undefined : usageOf(pid);
    const result = await load(target, work, count, seconds);
    const after = pid === undefined ? undefined : usageOf(pid);
    rows.push({ ...result, ...cost(result, before, after, seconds) });
    process.stderr.write(`  ${count} connections: ${result.perSecond.toFixed(1)} a second\n`);
    return result;
  });
  const sorted = rows.toSorted((a, b) => a.connections - b.connections);
  const safeRow = sorted.find((row) => row.connections === safe?.connections);
  if (safe === undefined || safeRow === undefined) return { model, input, rows: sorted };
  const report = { model, input, rows: sorted, safeConnections: safe.connections };
  if (safeRow.processors === undefined) return report;
  const advice = advise({
    safe,
    bestPerSecond: Math.max(...results.map(({ perSecond }) => perSecond)),
    processors: safeRow.processors,
    peakMb: Math.max(...sorted.map(({ residentMb }) => residentMb ?? 0)),
    targetMs: targetP99,
  });
  return { ...report, advice };
}

function cost(
  { perSecond }: LoadResult,
  before: Usage | undefined,
  after: Usage | undefined,
  seconds: number,
) {
  if (before === undefined || after === undefined) return {};
  const cpuMs = after.cpuMs - before.cpuMs;
  return {
    cpuMs: cpuMs / Math.max(1, perSecond * seconds),
    processors: cpuMs / 1000 / seconds,
    residentMb: after.residentMb,
  };
}

async function print(reports: BenchReport[], options: BenchOptions): Promise<void> {
  const machine = {
    processor: cpus()[0]?.model ?? 'unknown',
    processors: { machine: availableParallelism(), usable: processors() },
    memoryMb: Math.round(totalmem() / 2 ** 20),
    node: process.version,
    date: new Date().toISOString(),
    targetP99Ms: options.targetP99,
  };
  if (options.svg !== undefined) {
    const sweeps = reports.map(({ model, input, rows }) => ({
      title: `${model}, ${input}`,
      results: rows,
    }));
    await writeFile(options.svg, plot(sweeps));
  }
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ machine, reports }, undefined, 2)}\n`);
    return;
  }
  const lines = reports.flatMap((report) => [...tableLines(report), ...adviceLines(report)]);
  const { processor, node } = machine;
  const heading = `${processors()} processors, ${processor}, Node ${node}; target p99 ${options.targetP99} ms`;
  process.stdout.write(`${[heading, ...lines].join('\n')}\n`);
}
