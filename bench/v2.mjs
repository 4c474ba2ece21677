/**
 * `node bench/v2.mjs`: what tensors cost over /v2. The same picture goes through /v1 as a PNG and
 * through /v2 as the FP32 tensor that becomes of it, in turns; processor time of the whole process
 * tree is compared. Then a tensor of 150,528 floats goes as JSON, while the longest turn of the
 * server's event loop is watched.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { writeFloatModel } from './float.model.mjs';
import { median, startServer } from './support.mjs';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 9);
const REQUESTS = Number(process.env.BENCH_REQUESTS ?? 40);
const SIDE = 224;
const TICKS_PER_SECOND = 100;
const path = (file) => fileURLToPath(new URL(file, import.meta.url));

const photo = readFileSync(path('../test/fixtures/photos/coffee.jpg'));
// Of the size to which pictures are brought before the crop, so that both ways score these pixels.
const png = await sharp(photo).resize(256, 256).removeAlpha().png().toBuffer();
const crop = { left: 16, top: 16, width: SIDE, height: SIDE };
const pixels = await sharp(png).extract(crop).raw().toBuffer();
const floats = Float32Array.from(pixels);
const tensor = Buffer.from(floats.buffer);

const folder = mkdtempSync(join(tmpdir(), 'nestor-v2-'));
writeFloatModel(path('../models/vision/1'), join(folder, 'vision', '1'));
const loopFile = join(folder, 'loop.json');
const server = await startServer({
  MODELS_DIR: folder,
  MODELS: 'vision',
  NODE_OPTIONS: `--import=${path('./loop.watch.mjs')}`,
  BENCH_LOOP_FILE: loopFile,
});
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

function post(route, body, headers) {
  const options = {
    method: 'POST',
    agent,
    rejectUnauthorized: false,
    headers: { 'x-api-key': server.key, 'content-length': body.byteLength, ...headers },
  };
  return new Promise((resolve, reject) => {
    request(`${server.url}${route}`, options, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => {
        const answer = Buffer.concat(chunks);
        if (response.statusCode === 200) resolve(answer);
        else reject(new Error(answer.toString()));
      });
    })
      .once('error', reject)
      .end(body);
  });
}

/** Processor milliseconds of a process and all below it, dead threads included. */
function cpuMs(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  const below = children === '' ? [] : children.split(' ').map((child) => cpuMs(Number(child)));
  const own = ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
  return below.reduce((sum, ms) => sum + ms, own);
}

const shape = [1, SIDE, SIDE, 3];
const outputs = [{ name: 'logits', parameters: { classification: 3 } }];
const parameters = { binary_data_size: tensor.byteLength };
const head = Buffer.from(
  JSON.stringify({ inputs: [{ name: 'pixels', shape, datatype: 'FP32', parameters }], outputs }),
);
const binary = Buffer.concat([head, tensor]);
const json = Buffer.from(
  JSON.stringify({
    inputs: [
      // Digits as they come from a network's output, not whole numbers.
      { name: 'pixels', shape, datatype: 'FP32', data: Array.from(floats, (value) => value / 3) },
    ],
    outputs,
  }),
);

const WAYS = {
  'v1 PNG': () => post('/v1/vision/classify', png, { 'content-type': 'image/png' }),
  'v2 FP32': () =>
    post('/v2/models/vision/infer', binary, {
      'inference-header-content-length': String(head.byteLength),
    }),
};

const [first, second] = [JSON.parse(await WAYS['v1 PNG']()), JSON.parse(await WAYS['v2 FP32']())];
const labels = second.outputs[0].data.map((text) => text.split(':').slice(2).join(':'));
if (first.predictions.some(({ label }, index) => label !== labels[index])) {
  throw new Error(`the ways differ: ${JSON.stringify([first.predictions, labels])}`);
}

const spent = { 'v1 PNG': [], 'v2 FP32': [] };
for (let round = -1; round < ROUNDS; round += 1) {
  for (const [name, ask] of Object.entries(WAYS)) {
    const before = cpuMs(server.pid);
    for (let count = 0; count < REQUESTS; count += 1) await ask();
    // The first round warms up.
    if (round >= 0) spent[name].push((cpuMs(server.pid) - before) / REQUESTS);
  }
  process.stderr.write('.');
}
process.stderr.write('\n');

/** Longest turns of the server's event loop since the last look, in milliseconds. */
async function longestTurns() {
  process.kill(server.pid, 'SIGUSR2');
  await new Promise((resolve) => setTimeout(resolve, 200));
  return JSON.parse(readFileSync(loopFile, 'utf8'));
}

const askJson = () => post('/v2/models/vision/infer', json, {});
for (let count = 0; count < 5; count += 1) await askJson();
await longestTurns();
for (let count = 0; count < 50; count += 1) await WAYS['v2 FP32']();
const binaryTurns = await longestTurns();
const started = performance.now();
for (let count = 0; count < 50; count += 1) await askJson();
const jsonMs = (performance.now() - started) / 50;
const jsonTurns = await longestTurns();
agent.destroy();
await server.stop();
rmSync(folder, { recursive: true });

const print = (line) => process.stdout.write(`${line}\n`);
for (const [name, values] of Object.entries(spent)) {
  print(`${name}: ${median(values).toFixed(2)} ms of processor time a request`);
}
const ratios = spent['v2 FP32'].map((ms, round) => ms / spent['v1 PNG'][round]);
print(`v2 / v1: ${median(ratios).toFixed(2)} (median of ${ROUNDS} rounds of ${REQUESTS})`);
print(
  `JSON of ${floats.length} floats, ${(json.byteLength / 1e6).toFixed(1)} MB: ${jsonMs.toFixed(0)} ms a request`,
);
const shown = (turns) =>
  `${turns
    .slice(0, 3)
    .map((ms) => ms.toFixed(1))
    .join(', ')} ms`;
print(
  `longest turns of the event loop, processor time, of 50 requests: JSON ${shown(jsonTurns)}; binary ${shown(binaryTurns)}`,
);
