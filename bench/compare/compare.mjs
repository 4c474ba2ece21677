/**
 * `bench/compare/setup.sh && npm run build && node bench/compare/compare.mjs [lite0] [resnet152]`: the same
 * work against LitServe (the same EfficientNet-Lite0 graph) and the classic stack (Flask, gunicorn,
 * eager PyTorch, ResNet-152), and by the engine alone. They take turns within a round, one at a time
 * under load; medians of the rounds and of their ratios count. The others speak plain HTTP without
 * credentials, Nestor HTTPS with an API key; the load generator shares the processors with all.
 * Writes results.json beside it and docs/images/compare.svg.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { load, requestBytes } from '../load.mjs';
import { treeMs } from '../processor.time.mjs';
import { bare, freePort, median, startServer } from '../support.mjs';
import { imageBody } from '../workload.mjs';
import { chart } from './chart.mjs';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);
const WARM_SECONDS = Number(process.env.BENCH_WARM_SECONDS ?? 10);
const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const BIN = at('.cache/compare/venv/bin/');
const RESULTS = at('bench/compare/results.json');
const BODY = await imageBody();

const WORK = {
  lite0: {
    name: 'EfficientNet-Lite0',
    folder: at('models/vision/1'),
    env: { MODELS: 'vision' },
    connections: [1, 4, 16],
    options: { seconds: SECONDS },
    rounds: ROUNDS,
    server: 'LitServe',
    route: '/predict',
    command: (port) => [
      `${BIN}python`,
      at('bench/compare/lit.py'),
      port,
      at('models/vision/1/model.onnx'),
    ],
  },
  resnet152: {
    name: 'ResNet-152, 100 requests',
    folder: at('.cache/compare/models/resnet152/1'),
    env: { MODELS_DIR: at('.cache/compare/models'), MODELS: 'resnet152' },
    connections: [4],
    options: { requests: 100 },
    rounds: Math.min(3, ROUNDS),
    server: 'Flask, gunicorn, PyTorch',
    route: '/score',
    command: (port) => {
      const one = ['--workers', '1', '--threads', '1', '--chdir', at('bench/compare')];
      return [`${BIN}gunicorn`, ...one, '--bind', `127.0.0.1:${port}`, 'classic:app'];
    },
  },
};

const asked = process.argv.slice(2);
const results = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')).results : {};
for (const name of asked.length > 0 ? asked : Object.keys(WORK)) {
  results[name] = await compare(WORK[name]);
}
const machine = { processor: cpus()[0].model, processors: cpus().length, node: process.version };
const date = new Date().toISOString().slice(0, 10);
writeFileSync(RESULTS, `${JSON.stringify({ machine, date, results }, undefined, 2)}\n`);
writeFileSync(at('docs/images/compare.svg'), chart({ machine, date, results }));

async function compare(work) {
  const [nestor, other] = [await startServer(work.env), await startOther(work)];
  nestor.request = requestBytes(nestor, 'POST', '/score', BODY);
  other.request = requestBytes(other, 'POST', work.route, BODY);
  for (const server of [nestor, other]) {
    await measure(server, { connections: work.connections.at(-1), seconds: WARM_SECONDS });
  }
  const rounds = [];
  for (let round = 0; round < work.rounds; round += 1) {
    const engine = await engineAlone(work.folder);
    const sweeps = [];
    for (const connections of work.connections) {
      const options = { ...work.options, connections };
      const [ours, theirs] = [await measure(nestor, options), await measure(other, options)];
      sweeps.push({ connections, ours, theirs });
      process.stderr.write(
        `${work.name}, ${connections}: engine ${engine.perSecond.toFixed(1)}, Nestor ${ours.perSecond.toFixed(1)}, ${work.server} ${theirs.perSecond.toFixed(1)}\n`,
      );
    }
    rounds.push({ engine, sweeps });
  }
  await nestor.stop();
  await other.stop();
  return { work: work.name, server: work.server, ...summary(rounds, work.connections) };
}

/** The better of one process with all threads and one process of one thread a processor. */
async function engineAlone(folder) {
  const processors = cpus().length;
  const wide = await bare(folder, 1, processors, SECONDS);
  const narrow = await bare(folder, processors, 1, SECONDS);
  return wide.perSecond > narrow.perSecond ? wide : narrow;
}

function summary(rounds, connections) {
  const middle = (of, digits) => Number(median(rounds.map(of)).toFixed(digits));
  return {
    enginePerSecond: middle(({ engine }) => engine.perSecond, 1),
    engineCpuMs: middle(({ engine }) => engine.cpuMs, 1),
    sweeps: connections.map((count, index) => {
      const ours = ({ sweeps }) => sweeps[index].ours;
      const theirs = ({ sweeps }) => sweeps[index].theirs;
      return {
        connections: count,
        nestor: {
          perSecond: middle((r) => ours(r).perSecond, 1),
          cpuMs: middle((r) => ours(r).cpuMs, 1),
        },
        other: {
          perSecond: middle((r) => theirs(r).perSecond, 1),
          cpuMs: middle((r) => theirs(r).cpuMs, 1),
        },
        ofEngine: middle((r) => ours(r).perSecond / r.engine.perSecond, 2),
        ofOther: middle((r) => ours(r).perSecond / theirs(r).perSecond, 2),
      };
    }),
  };
}

/** Answers a second, and the processor time of all the server's processes for each. */
async function measure(server, options) {
  const before = treeMs(server.pid);
  const { answers, perSecond } = await load(server, server.request, options);
  return { perSecond, cpuMs: (treeMs(server.pid) - before) / answers };
}

async function startOther({ command: commandOf }) {
  const port = await freePort();
  const [command, ...args] = commandOf(port);
  const child = spawn(command, args, { stdio: ['ignore', 2, 2], detached: true });
  const url = `http://127.0.0.1:${port}`;
  const until = performance.now() + 120_000;
  while (!(await fetch(url).catch(() => undefined))) {
    if (performance.now() > until || child.exitCode !== null)
      throw new Error(`${command} did not start`);
    await sleep(200);
  }
  const stop = async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    // Its workers are in its process group.
    process.kill(-child.pid, 'SIGTERM');
    await ended;
  };
  return { url, pid: child.pid, stop };
}
