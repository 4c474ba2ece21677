/**
 * `node bench/instances.mjs`: which instances a model should have on this machine (decision 0008). The
 * engine alone, without HTTP and decoding, is called by 1, 2, 4 and 16 callers at once; arrangements
 * take turns in short rounds. Neighbours on the machine take from wide and narrow alike, but not
 * equally: a round in which they used more than a tenth of the processors does not count and is tried
 * again, up to BENCH_MINUTES. Medians are printed, with the processor time of all processes for a run.
 * Usage: instances.mjs [vision|faq|MODEL.onnx of a vision model]…
 */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { EngineModel } from '../dist/engine/engine.model.js';
import { UNOBSERVED } from '../dist/engine/engine.observer.js';
import { median } from './support.mjs';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 0.5);
const UNTIL = performance.now() + Number(process.env.BENCH_MINUTES ?? 10) * 60_000;
/** Share of the processors that neighbours may have in a round. */
const DISTURBED = 0.1;
const CALLERS = [1, 2, 4, 16];
const N = cpus().length;
const narrow = (count) => Array.from({ length: count }, () => [1]);

/** Threads of the copies that each instance holds. */
const ARRANGEMENTS = {
  [`${N} narrow`]: narrow(N),
  '1 wide': [[N]],
  '1 wide, narrow ones': [[N], ...narrow(N - 1)],
  [`${N} wide`]: Array.from({ length: N }, () => [N]),
  'wide or narrow, narrow ones': [[N, 1], ...narrow(N - 1)],
};

const file = (path) => fileURLToPath(new URL(`../models/${path}`, import.meta.url));
const pixels = { datatype: 'UINT8', shape: [1, 224, 224, 3], data: new Uint8Array(150_528) };
const tokens = { datatype: 'INT64', shape: [1, 16], data: new BigInt64Array(16).fill(2000n) };
const mask = { ...tokens, data: new BigInt64Array(16).fill(1n) };
const MODELS = {
  vision: { files: [file('vision/1/model.onnx')], inputs: { image: pixels } },
  faq: {
    files: [file('faq/1/encoder.onnx'), file('faq/1/head.onnx')],
    inputs: { input_ids: tokens, attention_mask: mask },
  },
};

const asked = process.argv.slice(2);
for (const name of asked.length > 0 ? asked : Object.keys(MODELS)) {
  await compare(name, MODELS[name] ?? { files: [name], inputs: { image: pixels } });
}

async function compare(name, { files, inputs }) {
  const opened = [];
  for (const [arrangement, threads] of Object.entries(ARRANGEMENTS)) {
    const before = childrenOf(process.pid);
    const model = await open(files, threads);
    const own = childrenOf(process.pid).filter((pid) => !before.includes(pid));
    const mb = own.reduce((sum, pid) => sum + proportionalMb(pid), 0);
    opened.push({ arrangement, model, mb, rounds: new Map(CALLERS.map((c) => [c, []])) });
  }
  const cells = opened.flatMap((one) => CALLERS.map((callers) => ({ ...one, callers })));
  const missing = () => cells.filter(({ rounds, callers }) => rounds.get(callers).length < ROUNDS);
  while (missing().length > 0 && performance.now() < UNTIL) {
    process.stderr.write(`${name}: ${missing().length} of ${cells.length} to measure\n`);
    for (const { model, rounds, callers } of missing()) {
      const one = await measure(model, inputs, callers);
      if (one.disturbed < DISTURBED) rounds.get(callers).push(one);
      else await sleep(500);
    }
  }
  print(name, opened);
  await Promise.all(opened.map(({ model }) => model.close()));
}

function open(files, threads) {
  return EngineModel.open({
    model: { name: 'bench', version: 1 },
    files,
    plans: threads.map((copies) => ({ threads: copies, providers: ['cpu'], device: 0 })),
    maxBatchRows: 1,
    maxWaitMs: 0,
    queueMaxRows: 1000,
    runLimitMs: 30_000,
    observer: UNOBSERVED,
    fellBack: () => undefined,
  });
}

/** Runs a second, milliseconds of processor time for a run, and what neighbours used of the machine. */
async function measure(model, inputs, callers) {
  const [own, all, started] = [ownMs(), machineMs(), performance.now()];
  const until = started + SECONDS * 1000;
  let runs = 0;
  const call = async () => {
    const { signal } = new AbortController();
    while (performance.now() < until) {
      await model.run(inputs, { signal });
      runs += 1;
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  const ms = performance.now() - started;
  const used = ownMs() - own;
  const disturbed = (machineMs() - all - used) / (ms * N);
  return { perSecond: (runs / ms) * 1000, cpuMs: used / runs, disturbed };
}

/** Processor time of this process and its children; ticks are 10 ms. */
function ownMs() {
  return [process.pid, ...childrenOf(process.pid)].reduce((sum, pid) => {
    // utime and stime stand behind the name in parentheses.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return sum + (Number(fields[11]) + Number(fields[12])) * 10;
  }, 0);
}

/** Processor time that anybody used on this machine. */
function machineMs() {
  const [, user, nice, system, , , irq, softirq, steal] = readFileSync('/proc/stat', 'utf8')
    .split('\n')[0]
    .split(/ +/)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) * 10;
}

function childrenOf(pid) {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
}

function proportionalMb(pid) {
  return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]) / 1024;
}

function print(name, results) {
  const head = CALLERS.map((callers) => `${callers} callers`.padStart(18)).join('');
  process.stdout.write(`\n${name}: runs/s (processor ms a run)${' '.repeat(4)}${head}\n`);
  for (const { arrangement, mb, rounds } of results) {
    const cells = CALLERS.map((callers) => {
      const all = rounds.get(callers);
      if (all.length === 0) return '?'.padStart(18);
      const [perSecond, ms] = ['perSecond', 'cpuMs'].map((key) =>
        median(all.map((one) => one[key])),
      );
      return `${perSecond.toFixed(0)} (${ms.toFixed(1)})`.padStart(18);
    });
    process.stdout.write(`${arrangement.padEnd(36)}${cells.join('')}  ${mb.toFixed(0)} MB\n`);
  }
}
