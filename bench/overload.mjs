/**
 * `node bench/overload.mjs`: four times as many requests as the server can answer, over HTTPS with an
 * API key. Phases at capacity (a few connections, each sends when it has its answer) and of overload (a
 * fixed rate, whatever comes back) take turns; BENCH_SECONDS of overload altogether. Goodput is
 * what was answered with 200 within the deadline. Where neighbours take processor time from one phase
 * more than from the other, goodput for each second of processor time that server and load generator
 * got is the fairer ratio: both are printed. `/livez` is asked all the time.
 * Usage: overload.mjs [faq|vision]
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { get, Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { OpenLoop } from './open.loop.mjs';
import { residentMb, treeMs } from './processor.time.mjs';
import { startServer } from './support.mjs';

const SECONDS = Number(process.env.BENCH_SECONDS ?? 60);
const PHASES = 4;
const TIMES = Number(process.env.BENCH_TIMES ?? 4);
const TIMEOUT_MS = Number(process.env.BENCH_TIMEOUT_MS ?? 2000);
const CALLERS = 12;
const CONNECTIONS = 600;

const photo = readFileSync(new URL('../test/fixtures/photos/coffee.jpg', import.meta.url));
const question = 'how do i sort an array of objects by one of their members '.repeat(10);
const KINDS = {
  faq: async () => ({
    route: '/v1/faq/match',
    type: 'application/json',
    body: Buffer.from(JSON.stringify({ question })),
  }),
  vision: async () => ({
    route: '/v1/vision/classify',
    type: 'image/jpeg',
    body: await sharp(photo).resize(256, 256).jpeg().toBuffer(),
  }),
};

const kind = process.argv[2] ?? 'vision';
const folder = mkdtempSync(join(tmpdir(), 'nestor-bench-'));
const loopFile = join(folder, 'event-loop.json');
const server = await startServer({
  MODELS: kind,
  ...(process.env.MODELS_DIR && { MODELS_DIR: process.env.MODELS_DIR }),
  EVENT_LOOP_FILE: loopFile,
  NODE_OPTIONS: `--import ${fileURLToPath(new URL('./event.loop.mjs', import.meta.url))}`,
});
const load = new OpenLoop(server, { ...(await KINDS[kind]()), timeoutMs: TIMEOUT_MS });
await phase(() => load.saturate(CALLERS, 3));

const livez = probe();
const memory = [];
const atCapacity = [];
const overloaded = [];
for (let i = 0; i < PHASES; i += 1) {
  atCapacity.push(await phase(() => load.saturate(CALLERS, SECONDS / PHASES / 2)));
  const rate = (TIMES * atCapacity.at(-1).good.length) / atCapacity.at(-1).seconds;
  process.stderr.write(`capacity ${(rate / TIMES).toFixed(0)}/s, sending ${rate.toFixed(0)}/s\n`);
  if (i === 0) rmSync(loopFile, { force: true });
  overloaded.push(await phase(() => load.send(rate, SECONDS / PHASES), memory));
}
const delay = JSON.parse(readFileSync(loopFile, 'utf8'));
livez.stop();
await load.close();
await server.stop();
rmSync(folder, { recursive: true, force: true });
report();

/** What was answered, and the processor time that it took, while `work` went on. */
async function phase(work, memory) {
  await load.connect(CONNECTIONS);
  load.answers = [];
  const [cpu, started] = [cpuSeconds(), performance.now()];
  const timer = setInterval(() => memory?.push(residentMb(server.pid)), 1000);
  await work();
  clearInterval(timer);
  const seconds = (performance.now() - started) / 1000;
  const cpuUsed = cpuSeconds() - cpu;
  // What was sent last is still on its way, in both kinds of phases.
  const { answers } = load;
  await new Promise((resolve) => setTimeout(resolve, TIMEOUT_MS + 500));
  const good = answers.filter(({ status, at }) => status === 200 && at < started + seconds * 1000);
  return { answers: load.answers, good, seconds, cpuUsed };
}

function probe() {
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  const times = [];
  const timer = setInterval(() => {
    const started = performance.now();
    get(`${server.url}/livez`, { agent }, (response) => {
      response.resume().once('end', () => times.push(performance.now() - started));
    }).once('error', () => times.push(Infinity));
  }, 50);
  const stop = () => {
    clearInterval(timer);
    agent.destroy();
  };
  return { times, stop };
}

/** Of this process, the server and its instances. */
function cpuSeconds() {
  return treeMs(process.pid) / 1000;
}

function report() {
  const sum = (values) => values.reduce((total, value) => total + value, 0);
  const rate = (phases, per) => sum(phases.map((one) => one.good.length)) / sum(phases.map(per));
  const all = overloaded.flatMap((one) => one.answers);
  const count = (status) => all.filter((one) => one.status === status).length;
  const admitted = all.length - count(429);
  const inTime = all.filter(({ status, ms }) => status === 200 && ms <= TIMEOUT_MS).length;
  const print = (name, value) => process.stdout.write(`${name.padEnd(52)}${value}\n`);
  const third = Math.floor(memory.length / 3);
  const mean = (values) => sum(values) / values.length;
  const wall = (one) => one.seconds;
  print(`${kind}: answered a second at capacity`, rate(atCapacity, wall).toFixed(1));
  print(`sent a second under overload`, (all.length / sum(overloaded.map(wall))).toFixed(1));
  print(`goodput against capacity`, (rate(overloaded, wall) / rate(atCapacity, wall)).toFixed(3));
  const used = (one) => one.cpuUsed;
  print('  for equal processor time', (rate(overloaded, used) / rate(atCapacity, used)).toFixed(3));
  print(
    'statuses',
    [...new Set(all.map((one) => one.status))].map((s) => `${s}: ${count(s)}`).join(', '),
  );
  print(
    `admitted and answered within ${TIMEOUT_MS} ms`,
    `${((100 * inTime) / admitted).toFixed(3)} %`,
  );
  const refused = all.filter(({ status }) => status === 429).map(({ ms }) => ms);
  print('refusals, p50 and p99 ms', `${percentile(refused, 0.5)} ${percentile(refused, 0.99)}`);
  print(
    'memory, first and last third, MB',
    `${mean(memory.slice(0, third)).toFixed(0)} ${mean(memory.slice(-third)).toFixed(0)}`,
  );
  print(
    '/livez, p50 and p99 ms',
    `${percentile(livez.times, 0.5)} ${percentile(livez.times, 0.99)}`,
  );
  print(
    'event loop delay, p50, p99 and max ms',
    [delay.p50, delay.p99, delay.max].map((ms) => ms.toFixed(1)).join(' '),
  );
  print('connections lost; requests without one', `${load.broken}; ${load.unsent}`);
}

function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.floor(sorted.length * share)] ?? NaN).toFixed(1);
}
