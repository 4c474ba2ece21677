/**
 * What reloading a model leaves behind: memory of the server and of all its processes before and
 * after, with a picture scored after each reload.
 * Usage: MODELS_DIR=DIR node bench/reloads.mjs [NAME] [RELOADS]; NAME is a vision model.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { startServer } from './support.mjs';

const [name = 'vision', reloads = '50'] = process.argv.slice(2);
const EVERY = 10;
const PHOTO = readFileSync(new URL('../test/fixtures/photos/coffee.jpg', import.meta.url));

const server = await startServer({ MODELS: name, INSTANCES: '1', REQUEST_TIMEOUT_MS: '600000' });
const agent = new Agent({ rejectUnauthorized: false });
const expected = await classify();
print(['reloads', 'server MB', 'all MB', 'proportional MB', 'processes', 'last reload ms']);
measure(0, 0);
for (let count = 1; count <= Number(reloads); count += 1) {
  const started = performance.now();
  await post(`/v2/repository/models/${name}/load`, 'application/json', '{}');
  const took = performance.now() - started;
  if ((await classify()) !== expected) throw new Error(`another answer after ${count} reloads`);
  if (count % EVERY === 0) measure(count, took);
}
await server.stop();
agent.destroy();

async function classify() {
  const answer = await post(`/v1/vision/classify?model=${name}`, 'image/jpeg', PHOTO);
  return JSON.stringify(JSON.parse(answer).predictions);
}

function post(path, type, body) {
  const headers = { 'x-api-key': server.key, 'content-type': type };
  const length = { 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const sent = request(`${server.url}${path}`, {
      method: 'POST',
      agent,
      headers: { ...headers, ...length },
    });
    sent.once('error', reject).once('response', async (response) => {
      const text = (await response.toArray()).join('');
      if (response.statusCode === 200) resolve(text);
      else reject(new Error(`${path}: ${response.statusCode} ${text}`));
    });
    sent.end(body);
  });
}

function measure(count, took) {
  const pids = tree(server.pid);
  const sum = (key) => pids.reduce((all, pid) => all + memoryMb(pid, key), 0);
  const own = memoryMb(server.pid, 'Rss');
  print([count, own, sum('Rss'), sum('Pss'), pids.length, took].map((value) => value.toFixed(0)));
}

/** The process and all below it, whichever of its threads started them. */
function tree(pid) {
  const below = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
  );
  return [pid, ...below.flatMap((child) => tree(Number(child)))];
}

function memoryMb(pid, key) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0) / 1024;
}

function print(cells) {
  process.stdout.write(`${cells.map((cell) => String(cell).padStart(16)).join('')}\n`);
}
