/**
 * Worker threads or child processes for ONNX Runtime (decision 0002): what each adds to a run, what
 * a fault in the native runtime costs, and what reloading a model leaves behind.
 * Usage: isolation.mjs [MODEL.onnx]
 */
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

const SELF = fileURLToPath(import.meta.url);
const MODEL =
  process.argv[2] ?? fileURLToPath(new URL('../models/vision/1/model.onnx', import.meta.url));
const RUNS = 200;
const RELOADS = 20;

if (!isMainThread)
  await host(
    (answer) => parentPort.postMessage(answer),
    (on) => parentPort.on('message', on),
  );
else if (process.argv[3] === 'child')
  await host(
    (answer) => process.send(answer),
    (on) => process.on('message', on),
  );
else await measure();

/** Holds a session and answers runs; with `fault` it dies as a native fault would make it. */
async function host(send, listen) {
  const ort = await import('onnxruntime-node');
  const session = await ort.InferenceSession.create(MODEL, { intraOpNumThreads: 1 });
  const name = session.inputNames[0];
  listen(async (message) => {
    if (message === 'fault') process.kill(process.pid, 'SIGSEGV');
    const tensor = new ort.Tensor('uint8', message, [1, 224, 224, 3]);
    const started = performance.now();
    const outputs = await session.run({ [name]: tensor });
    const inferMs = performance.now() - started;
    send({ inferMs, data: Object.values(outputs)[0].data });
  });
  send('ready');
}

function openThread() {
  const worker = new Worker(SELF, { argv: [MODEL] });
  return wrap(
    worker,
    (message) => worker.postMessage(message),
    () => worker.terminate(),
  );
}

function openProcess() {
  const child = fork(SELF, [MODEL, 'child'], { serialization: 'advanced', execArgv: [] });
  const close = () => new Promise((resolve) => child.once('exit', resolve).kill());
  return wrap(child, (message) => child.send(message), close);
}

async function wrap(emitter, send, close) {
  const next = () => new Promise((resolve) => emitter.once('message', resolve));
  await next();
  const run = (pixels) => {
    const answer = next();
    send(pixels);
    return answer;
  };
  return { run, close };
}

async function measure() {
  const pixels = new Uint8Array(224 * 224 * 3).fill(128);
  for (const [kind, open] of [
    ['worker thread', openThread],
    ['child process', openProcess],
  ]) {
    const host = await open();
    const added = [];
    for (let i = 0; i < RUNS; i += 1) {
      const started = performance.now();
      const { inferMs } = await host.run(pixels);
      added.push(performance.now() - started - inferMs);
    }
    await host.close();
    const sorted = added.toSorted((a, b) => a - b);
    const before = residentMb();
    for (let i = 0; i < RELOADS; i += 1) {
      const reloaded = await open();
      await reloaded.run(pixels);
      await reloaded.close();
    }
    const left = residentMb() - before;
    print(`${kind}: adds ${sorted[RUNS / 2].toFixed(2)} ms (median) to a run of 150 kB,`);
    print(`  ${RELOADS} reloads leave ${left.toFixed(0)} MB in the serving process,`);
    print(`  a fault in the runtime ${await survives(kind)} the serving process`);
  }
}

/** Runs the fault under a process of its own, which stands for the server. */
async function survives(kind) {
  const worker = `import { Worker } from 'node:worker_threads'; import { fork } from 'node:child_process';
    const one = ${kind === 'worker thread'} ? new Worker(${JSON.stringify(SELF)}, { argv: [${JSON.stringify(MODEL)}], execArgv: [] })
      : fork(${JSON.stringify(SELF)}, [${JSON.stringify(MODEL)}, 'child'], { serialization: 'advanced', execArgv: [] });
    one.on('error', () => {}); one.once('message', () => (one.postMessage ?? one.send).call(one, 'fault'));
    one.once('exit', () => setTimeout(() => process.exit(0), 100));`;
  const { spawnSync } = await import('node:child_process');
  const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', worker], {
    stdio: 'ignore',
  });
  return status === 0 ? 'leaves' : 'ends';
}

function residentMb() {
  globalThis.gc?.();
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
