/**
 * `npm run bench`: what serving costs, as ratios within one run. The engine alone and the server over
 * HTTPS take turns, so that a machine that slows down slows both; medians of the rounds are printed.
 * The load generator shares the processors with the server.
 */
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { load, requestBytes } from './load.mjs';
import { processorTime, residentMb } from './processor.time.mjs';
import { bare, median, startServer } from './support.mjs';
import { imageBody, QUESTION } from './workload.mjs';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 4);
/** V8 has compiled what is used often only after some thousand requests. */
const WARM_SECONDS = Number(process.env.BENCH_WARM_SECONDS ?? 20);
const CONNECTIONS = [1, 4, 16];
const SATURATION = 16;
const folder = (model) => fileURLToPath(new URL(`../models/${model}/1`, import.meta.url));

const server = await startServer();
const requests = {
  image: requestBytes(server, 'POST', '/score', await imageBody()),
  faq: requestBytes(server, 'POST', '/v1/faq/match', JSON.stringify({ question: QUESTION })),
};
const live = requestBytes(server, 'GET', '/livez');
const rows = new Map();
const record = (name, value) => rows.set(name, [...(rows.get(name) ?? []), value]);
const log = (line) => process.stderr.write(`${line}\n`);

for (const kind of ['image', 'faq']) {
  log(`warming up: ${kind}`);
  await load(server, requests[kind], { connections: SATURATION, seconds: WARM_SECONDS });
}
for (let round = 0; round < ROUNDS; round += 1) {
  log(`round ${round + 1} of ${ROUNDS}`);
  const processors = cpus().length;
  record('image bare wide', await bare(folder('vision'), 1, processors, SECONDS));
  record('image bare narrow', await bare(folder('vision'), processors, 1, SECONDS));
  record('faq bare wide', await bare(folder('faq'), 1, processors, SECONDS));
  record('faq bare narrow', await bare(folder('faq'), processors, 1, SECONDS));
  for (const kind of ['image', 'faq']) {
    for (const connections of CONNECTIONS)
      record(`${kind} ${connections}`, await measure(kind, connections));
  }
}
const resident = residentMb(server.pid);
await server.stop();
report();

/** Load beside which somebody asks whether the server lives. */
async function measure(kind, connections) {
  await server.loopDelay();
  const before = processorTime(server.pid);
  const own = process.cpuUsage();
  const [result, alive] = await Promise.all([
    load(server, requests[kind], { connections, seconds: SECONDS }),
    load(server, live, { seconds: SECONDS, everyMs: 50 }),
  ]);
  const { user, system } = process.cpuUsage(own);
  const after = processorTime(server.pid);
  const each = Object.fromEntries(
    Object.entries(after).map(([part, ms]) => [part, (ms - before[part]) / result.answers]),
  );
  const { p99: loopP99 } = await server.loopDelay();
  const generator = (user + system) / 1000 / result.answers;
  return { ...result, ...each, generator, liveP99: alive.p99, loopP99 };
}

function report() {
  const print = (line = '') => process.stdout.write(`${line}\n`);
  print(`${cpus().length} processors, ${cpus()[0].model}, Node ${process.version}`);
  print(
    `ready after ${(server.readyMs / 1000).toFixed(1)} s, ${resident.toFixed(0)} MB resident after the load`,
  );
  const titles = {
    image: 'EfficientNet-Lite0, 224 x 224 PNG as JSON over HTTPS with an API key',
    faq: 'FAQ matching, 12 words',
  };
  const columns = [
    'perSecond',
    'ratio',
    'p50',
    'p99',
    'main',
    'other threads',
    'instances',
    'generator',
    'cpuRatio',
    'liveP99',
    'loopP99',
  ];
  for (const [kind, title] of Object.entries(titles)) {
    const best = ['wide', 'narrow']
      .map((form) => ({ form, ...medians(rows.get(`${kind} bare ${form}`)) }))
      .toSorted((a, b) => b.perSecond - a.perSecond)[0];
    print(`\n${title}`);
    print(
      `engine alone, at best (${best.form}): ${best.perSecond.toFixed(1)} a second, ${best.cpuMs.toFixed(2)} ms of processor time each`,
    );
    print(['connections', ...columns].map((name) => name.padStart(13)).join(''));
    for (const connections of CONNECTIONS) {
      const row = medians(rows.get(`${kind} ${connections}`));
      row.ratio = row.perSecond / best.perSecond;
      row.cpuRatio = (row.main + row['other threads'] + row.instances) / best.cpuMs;
      const cells = columns.map((name) => row[name].toFixed(name === 'perSecond' ? 1 : 2));
      print([String(connections), ...cells].map((cell) => cell.padStart(13)).join(''));
    }
  }
}

function medians(results) {
  return Object.fromEntries(
    Object.keys(results[0]).map((key) => [key, median(results.map((one) => one[key]))]),
  );
}
