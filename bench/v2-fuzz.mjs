/**
 * `node bench/v2-fuzz.mjs [requests] [seed]`: malformed inference requests against a server of its
 * own. Fails on any 5xx (but a 504 where the request gave itself less than a second), on an answer that
 * is no JSON with `error` and on a server that ends; prints how its memory grew after the first tenth.
 */
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { residentMb } from './processor.time.mjs';
import { startServer } from './support.mjs';
import { malformedRequest, randomFrom } from './v2.bodies.mjs';

const [requests = 20_000, seed = 1] = process.argv.slice(2).map(Number);
const AT_ONCE = 8;

const folder = mkdtempSync(join(tmpdir(), 'nestor-fuzz-'));
for (const model of ['models/faq', 'models/vision', 'test/fixtures/models/identity']) {
  symlinkSync(
    fileURLToPath(new URL(`../${model}`, import.meta.url)),
    join(folder, model.split('/').at(-1)),
  );
}
// What is looked for are faults, not a slow machine.
const server = await startServer({
  MODELS_DIR: folder,
  MODELS: 'faq,identity,vision',
  REQUEST_TIMEOUT_MS: '60000',
});
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
const random = randomFrom(seed);
const statuses = new Map();
const faults = [];
let sent = 0;
let early = 0;

function send({ path, headers, body }) {
  const options = {
    method: 'POST',
    agent,
    rejectUnauthorized: false,
    headers: { 'x-api-key': server.key, 'content-length': body.byteLength, ...headers },
  };
  return new Promise((resolve, reject) => {
    const call = request(`${server.url}${path}`, options, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode, text: Buffer.concat(chunks).toString() });
      });
    });
    call.once('error', reject).end(body);
  });
}

function isExplained(text) {
  try {
    return typeof JSON.parse(text).error === 'string';
  } catch {
    return false;
  }
}

async function lane() {
  while (sent < requests) {
    const number = (sent += 1);
    if (number === Math.ceil(requests / 10)) early = residentMb(server.pid);
    if (number % 1000 === 0) process.stderr.write(`${number} of ${requests}\n`);
    const bad = malformedRequest(random);
    try {
      const { status, text } = await send(bad);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      const ownDeadline = status === 504 && /within \d{1,3}(\.\d+)? ms/.test(text);
      if (ownDeadline) continue;
      if (status >= 500 || (status !== 200 && !isExplained(text)))
        faults.push([number, status, text]);
    } catch (error) {
      faults.push([number, error.code ?? error.message]);
    }
  }
}

await Promise.all(Array.from({ length: AT_ONCE }, lane));
const late = residentMb(server.pid);
const { status } = await send({
  path: '/v2/models/faq/infer',
  headers: {},
  body: Buffer.from(
    '{"inputs":[{"name":"question","datatype":"BYTES","shape":[1],"data":["how do i copy an array"]}]}',
  ),
});
agent.destroy();
await server.stop();
rmSync(folder, { recursive: true });

const counts = [...statuses]
  .toSorted(([a], [b]) => a - b)
  .map(([code, count]) => `${code}: ${count}`);
process.stdout.write(`${requests} requests, seed ${seed}\n${counts.join(', ')}\n`);
process.stdout.write(
  `resident ${early.toFixed(0)} MB after a tenth, ${late.toFixed(0)} MB at the end\n`,
);
if (faults.length > 0 || status !== 200) {
  process.stdout.write(`${faults.length} faults, first: ${JSON.stringify(faults.slice(0, 5))}\n`);
  process.exitCode = 1;
}
