/**
 * `node bench/faults.mjs`: an instance is killed every two seconds while photographs and questions are
 * scored over HTTPS; prints how many answers were not 200 or other than without the faults. Signals
 * take turns: SIGKILL as when memory runs out, SIGSEGV and SIGABRT as after a fault in native code.
 */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { startServer } from './support.mjs';

const SECONDS = Number(process.env.BENCH_SECONDS ?? 60);
const CONNECTIONS = Number(process.env.BENCH_CONNECTIONS ?? 8);
const SIGNALS = ['SIGKILL', 'SIGSEGV', 'SIGABRT'];
/** Wide and narrow copies add in another order. */
const TOLERANCE = 1e-4;

const photos = ['coffee.jpg', 'astronaut.jpg', 'flower.jpg', 'rocket.jpg'].map((name) => ({
  route: '/v1/vision/classify',
  type: 'image/jpeg',
  body: readFileSync(new URL(`../test/fixtures/photos/${name}`, import.meta.url)),
}));
const questions = [
  'how can i take one element out of the middle of my array',
  'what is the difference between let and var',
  'how do i copy an object',
].map((question) => ({
  route: '/v1/faq/match',
  type: 'application/json',
  body: Buffer.from(JSON.stringify({ question, top: 3 })),
}));
const inputs = [...photos, ...questions];

const server = await startServer();
const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS, rejectUnauthorized: false });
const expected = new Map();
for (const input of inputs) expected.set(input, await score(input));

const until = performance.now() + SECONDS * 1000;
const counts = { answered: 0, wrong: 0, kills: 0, notReady: 0 };
const failures = new Map();
await Promise.all([kill(), watch(), ...Array.from({ length: CONNECTIONS }, (_, at) => call(at))]);
agent.destroy();
await server.stop();

process.stdout.write(`${counts.kills} instances killed in ${SECONDS} s\n`);
process.stdout.write(`${counts.answered} answers, ${counts.wrong} of them wrong\n`);
process.stdout.write(`failed requests: ${JSON.stringify(Object.fromEntries(failures))}\n`);
process.stdout.write(`not ready in ${counts.notReady} of ${SECONDS * 10} probes\n`);
if (counts.wrong > 0 || failures.size > 0) process.exitCode = 1;

async function call(offset) {
  for (let at = offset; performance.now() < until; at += 1) {
    const input = inputs[at % inputs.length];
    const answer = await score(input).catch((error) => ({ status: String(error) }));
    if (answer.status !== 200) {
      failures.set(answer.status, (failures.get(answer.status) ?? 0) + 1);
      continue;
    }
    counts.answered += 1;
    if (!isSame(answer.body, expected.get(input).body)) counts.wrong += 1;
  }
}

async function kill() {
  for (let at = 0; performance.now() < until - 2000; at += 1) {
    await sleep(2000);
    const pids = readFileSync(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8');
    const instances = pids.trim().split(' ').map(Number);
    process.kill(instances[at % instances.length], SIGNALS[at % SIGNALS.length]);
    counts.kills += 1;
  }
}

async function watch() {
  while (performance.now() < until) {
    const { status } = await send({ route: '/readyz', method: 'GET' });
    if (status !== 200) counts.notReady += 1;
    await sleep(100);
  }
}

async function score(input) {
  const { status, text } = await send({ ...input, method: 'POST' });
  return { status, body: status === 200 ? JSON.parse(text) : undefined };
}

function send({ route, method, type, body }) {
  return new Promise((resolve, reject) => {
    const headers = { 'x-api-key': server.key, ...(type && { 'content-type': type }) };
    request(`${server.url}${route}`, { method, agent, headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += chunk));
      response.once('error', reject);
      response.once('end', () => resolve({ status: response.statusCode, text }));
    })
      .once('error', reject)
      .end(body);
  });
}

/** Equal but for rounding. */
function isSame(one, other) {
  if (typeof one === 'number') return Math.abs(one - other) <= TOLERANCE;
  if (typeof one !== 'object' || one === null) return one === other;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length && keys.every((key) => isSame(one[key], other[key]))
  );
}
