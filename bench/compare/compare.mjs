/**
 * `bench/compare/setup.sh && npm run build && node bench/compare/compare.mjs`: the same work against the classic stack
 * (Flask, gunicorn, eager PyTorch, ResNet-152) and against LitServe (the same EfficientNet-Lite0
 * graph). Servers take turns within a round, one at a time under load; medians of the rounds and of
 * their ratios count. The others speak plain HTTP without credentials, Nestor HTTPS with an API key.
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import sharp from 'sharp';
import { median, startServer } from '../support.mjs';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);
const RESNET_REQUESTS = 100;
const RESNET_CONNECTIONS = 4;
const CONNECTIONS = [1, 4, 16];
const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const BIN = at('.cache/compare/venv/bin/');
const GRAPH = at('models/vision/1/model.onnx');

const png = await sharp(at('test/fixtures/photos/coffee.jpg')).resize(224, 224).png().toBuffer();
const BODY = JSON.stringify({ input: { 'image.png': png.toString('base64') } });

const rows = [];
rows.push(...(await compareLite0()));
rows.push(await compareResnet());
report();

async function compareLite0() {
  const nestor = await startServer({ MODELS: 'vision' });
  const lit = await startOther((port) => [`${BIN}python`, at('bench/compare/lit.py'), port, GRAPH]);
  const figures = CONNECTIONS.map((connections) => ({ connections, nestor: [], other: [] }));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const figure of figures) {
      const { connections } = figure;
      figure.nestor.push(await load(nestor, '/score', { connections, duration: SECONDS }));
      figure.other.push(await load(lit, '/predict', { connections, duration: SECONDS }));
    }
  }
  await nestor.stop();
  await lit.stop();
  return figures.map((figure) => ({ ...figure, work: 'EfficientNet-Lite0', server: 'LitServe' }));
}

async function compareResnet() {
  const nestor = await startServer({
    MODELS_DIR: at('.cache/compare/models'),
    MODELS: 'resnet152',
  });
  const gunicorn = ['--workers', '1', '--threads', '1', '--chdir', at('bench/compare')];
  const flask = await startOther((port) => [
    `${BIN}gunicorn`,
    ...gunicorn,
    '--bind',
    `127.0.0.1:${port}`,
    'classic:app',
  ]);
  const figure = { connections: RESNET_CONNECTIONS, nestor: [], other: [] };
  const options = { connections: RESNET_CONNECTIONS, amount: RESNET_REQUESTS };
  for (let round = 0; round < Math.min(3, ROUNDS); round += 1) {
    figure.nestor.push(await load(nestor, '/score', options));
    figure.other.push(await load(flask, '/score', options));
  }
  await nestor.stop();
  await flask.stop();
  return { ...figure, work: 'ResNet-152, 100 requests', server: 'Flask + gunicorn + PyTorch' };
}

/** Answers a second; every answer must be 200. */
async function load({ url, key }, route, options) {
  const result = await autocannon({
    url: `${url}${route}`,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key && { 'x-api-key': key }) },
    body: BODY,
    timeout: 60,
    tlsOptions: { rejectUnauthorized: false },
    ...options,
  });
  const failed = result.non2xx + result.errors;
  if (failed > 0) throw new Error(`${failed} requests to ${url}${route} failed`);
  return result['2xx'] / result.duration;
}

async function startOther(commandOf) {
  const port = await freePort();
  const [command, ...args] = commandOf(String(port));
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
  return { url, stop };
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function report() {
  const results = rows.map(({ work, server, connections, nestor, other }) => ({
    work,
    server,
    connections,
    nestorPerSecond: round(median(nestor)),
    otherPerSecond: round(median(other)),
    ratio: round(median(nestor.map((value, index) => value / other[index])), 2),
  }));
  for (const one of results) {
    const { work, connections, nestorPerSecond, otherPerSecond, server, ratio } = one;
    process.stdout.write(
      `${work}, ${connections} connections: ${nestorPerSecond} a second, ${server} ${otherPerSecond}: ${ratio}\n`,
    );
  }
  const machine = { processor: cpus()[0].model, processors: cpus().length, node: process.version };
  const date = new Date().toISOString().slice(0, 10);
  const path = at('bench/compare/results.json');
  writeFileSync(path, `${JSON.stringify({ machine, date, results }, undefined, 2)}\n`);
}

function round(value, digits = 1) {
  return Number(value.toFixed(digits));
}
