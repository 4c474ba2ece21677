/**
 * `npm run bench`: what serving costs, as ratios within one run. The engine alone and the server over
 * HTTPS take turns, so that a machine that slows down slows both; medians of the rounds are printed.
 * The load generator shares the processors with the server.
 */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { bare, load, median, residentMb, startServer } from './support.mjs';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 4);
const CONNECTIONS = [1, 4, 16];
const MODEL = fileURLToPath(new URL('../models/vision/1/model.onnx', import.meta.url));
const PHOTO = readFileSync(new URL('../test/fixtures/photos/coffee.jpg', import.meta.url));

const png = await sharp(PHOTO).resize(224, 224).png().toBuffer();
const image = JSON.stringify({ input: { 'image.png': png.toString('base64') } });
const question = JSON.stringify({
  question: 'how can i take one element out of the middle of my array',
});

const server = await startServer();
const rows = new Map();
const record = (name, value) => rows.set(name, [...(rows.get(name) ?? []), value]);

for (let round = 0; round < ROUNDS; round += 1) {
  process.stderr.write(`round ${round + 1} of ${ROUNDS}\n`);
  record('bare', await bare(MODEL, 1, cpus().length, SECONDS));
  record('bare narrow', await bare(MODEL, cpus().length, 1, SECONDS));
  for (const connections of CONNECTIONS) {
    record(`image ${connections}`, await load(server, '/score', image, connections, SECONDS));
    record(
      `faq ${connections}`,
      await load(server, '/v1/faq/match', question, connections, SECONDS),
    );
  }
}
const resident = residentMb(server.pid);
await server.stop();

const best = Math.max(median(rows.get('bare')), median(rows.get('bare narrow')));
const print = (line) => process.stdout.write(`${line}\n`);
const fixed = (value, digits = 1) => value.toFixed(digits).padStart(8);
print(`${cpus().length} processors, ${cpus()[0].model}, Node ${process.version}`);
print(
  `ready after ${(server.readyMs / 1000).toFixed(1)} s, ${resident.toFixed(0)} MB resident after the load\n`,
);
print(
  `engine alone, 1 process of ${cpus().length} threads   ${fixed(median(rows.get('bare')))} images/s`,
);
print(
  `engine alone, ${cpus().length} processes of 1 thread ${fixed(median(rows.get('bare narrow')))} images/s\n`,
);
print('EfficientNet-Lite0, 224 x 224 PNG as JSON over HTTPS with an API key');
print('connections  images/s   of bare   p50 ms   p99 ms');
for (const connections of CONNECTIONS) printRow('image', connections, best);
print('\nFAQ matching, 12 words');
print('connections  per second           p50 ms   p99 ms');
for (const connections of CONNECTIONS) printRow('faq', connections);

function printRow(kind, connections, reference) {
  const results = rows.get(`${kind} ${connections}`);
  const [perSecond, p50, p99] = ['perSecond', 'p50', 'p99'].map((key) =>
    median(results.map((one) => one[key])),
  );
  const ratio = reference === undefined ? '        ' : fixed(perSecond / reference, 2);
  print(
    `${String(connections).padStart(11)}  ${fixed(perSecond)}  ${ratio} ${fixed(p50)} ${fixed(p99)}`,
  );
}
