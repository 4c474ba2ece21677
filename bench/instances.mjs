/**
 * `node bench/instances.mjs`: which instances a model should have on this machine (decision 0008). The
 * engine alone, without HTTP and decoding, is called by 1, 2, 4 and 16 callers at once; arrangements
 * take turns in short rounds. Printed are medians of two figures that neighbours on the machine hardly
 * move: of a lone caller the milliseconds of the fastest tenth of its runs, and of all the processor
 * time of every process for a run, which is what limits a server that is saturated; and runs/s,
 * which neighbours do move.
 * Usage: instances.mjs [vision|faq|MODEL.onnx of a vision model]…
 */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { EngineModel } from '../dist/engine/engine.model.js';
import { UNOBSERVED } from '../dist/engine/engine.observer.js';
import { median } from './support.mjs';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 0.5);
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
  for (let round = 0; round < ROUNDS; round += 1) {
    process.stderr.write(`${name}: round ${round + 1} of ${ROUNDS}\n`);
    for (const callers of CALLERS) {
      for (const { model, rounds } of opened) {
        rounds.get(callers).push(await measure(model, inputs, callers));
      }
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

async function measure(model, inputs, callers) {
  const [cpu, started] = [cpuMs(), performance.now()];
  const until = started + SECONDS * 1000;
  const took = [];
  const call = async () => {
    const { signal } = new AbortController();
    for (let now = performance.now(); now < until;) {
      await model.run(inputs, { signal });
      took.push(performance.now() - now);
      now = performance.now();
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  const seconds = (performance.now() - started) / 1000;
  return {
    perSecond: took.length / seconds,
    cpuMs: (cpuMs() - cpu) / took.length,
    fastMs: took.toSorted((x, y) => x - y)[Math.floor(took.length / 10)],
  };
}

/** Processor time of this process and its children; ticks are 10 ms. */
function cpuMs() {
  return [process.pid, ...childrenOf(process.pid)].reduce((sum, pid) => {
    // utime and stime stand behind the name in parentheses.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return sum + (Number(fields[11]) + Number(fields[12])) * 10;
  }, 0);
}

function childrenOf(pid) {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
}

function proportionalMb(pid) {
  return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]) / 1024;
}

function print(name, results) {
  const write = (...cells) => process.stdout.write(`${cells.join('')}\n`);
  const column = (text) => String(text).padStart(9);
  const title = `${name}, ${N} processors`.padEnd(30);
  write(
    '\n',
    ' '.repeat(30),
    column('1 caller'),
    '   processor ms a run',
    ' '.repeat(23),
    'runs/s',
  );
  write(title, column('ms'), ...CALLERS.map(column), ' ', ...CALLERS.map(column), column('MB'));
  for (const { arrangement, mb, rounds } of results) {
    const of = (callers, key) => median(rounds.get(callers).map((one) => one[key]));
    write(
      arrangement.padEnd(30),
      column(of(1, 'fastMs').toFixed(1)),
      ...CALLERS.map((callers) => column(of(callers, 'cpuMs').toFixed(1))),
      ' ',
      ...CALLERS.map((callers) => column(of(callers, 'perSecond').toFixed(0))),
      column(mb.toFixed(0)),
    );
  }
}
