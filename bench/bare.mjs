/**
 * What the engine alone can do: runs of onnxruntime-node on ready tensors, without HTTP, decoding or
 * labels. Usage: bare.mjs FOLDER THREADS SECONDS, by fork; sends runs, their rate and processor time.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { Tokenizer } from '../dist/faq/tokenizer.js';
import { QUESTION } from './workload.mjs';

const [folder, threads, seconds] = process.argv.slice(2);
const manifest = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
const sessions = await Promise.all(
  manifest.graphs.map((graph) =>
    ort.InferenceSession.create(join(folder, graph), {
      intraOpNumThreads: Number(threads),
      interOpNumThreads: 1,
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    }),
  ),
);
const feeds = manifest.kind === 'faq' ? await words() : pixels();
for (let i = 0; i < 20; i += 1) await run();
process.send('warm');
await new Promise((resolve) => process.once('message', resolve));
const started = performance.now();
const until = started + Number(seconds) * 1000;
const before = process.cpuUsage();
let runs = 0;
while (performance.now() < until) {
  await run();
  runs += 1;
}
const { user, system } = process.cpuUsage(before);
// The last run ends later.
const perSecond = (runs * 1000) / (performance.now() - started);
process.send({ runs, perSecond, cpuMs: (user + system) / 1000 });
process.disconnect();

/** All graphs of the chain. */
async function run() {
  const values = { ...feeds };
  for (const session of sessions) {
    const inputs = session.inputNames.map((name) => [name, values[name]]);
    Object.assign(values, await session.run(Object.fromEntries(inputs)));
  }
}

function pixels() {
  const { name, datatype, layout } = manifest.input;
  const side = manifest.preprocessing.crop;
  const bytes = Uint8Array.from({ length: side * side * 3 }, (_, i) => (i * 7919) % 256);
  const dims = layout === 'NCHW' ? [1, 3, side, side] : [1, side, side, 3];
  if (datatype === 'UINT8') return { [name]: new ort.Tensor('uint8', bytes, dims) };
  const data = Float32Array.from(bytes, (byte) => byte / 64 - 2);
  return { [name]: new ort.Tensor('float32', data, dims) };
}

async function words() {
  const tokenizer = await Tokenizer.read(join(folder, manifest.tokenizer), manifest.maxTokens);
  return Object.fromEntries(
    Object.entries(tokenizer.tensors(QUESTION)).map(([name, { data, shape }]) => [
      name,
      new ort.Tensor('int64', data, shape),
    ]),
  );
}
