/**
 * `node bench/telemetry.mjs`: what telemetry costs, in microseconds of the server process's processor
 * time for a request (its children not counted). Servers that differ in their telemetry alone are asked
 * in turns; the lower quartile of many short rounds is printed and what each adds to the first, as
 * neighbours on the machine only ever add to a round.
 *
 * `node bench/telemetry.mjs memory`: memory over 200,000 requests to a server whose ingestion endpoint
 * refuses, hangs and is gone, each a third. Printed is what is alive after a collection, which is flat or
 * is not, and the resident size, which follows the collector's moods.
 */
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, createServer, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { generate } from 'selfsigned';
import { freePort, startServer } from './support.mjs';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 30);
const REQUESTS = Number(process.env.BENCH_REQUESTS ?? 400);
const MEMORY_REQUESTS = Number(process.env.BENCH_MEMORY_REQUESTS ?? 200_000);
const CONNECTIONS = 8;
/** Microseconds a request that log, traces and metrics may add. */
const TARGET = 60;
const QUESTION = JSON.stringify({ question: 'how can i take one element out of my array' });

const folder = mkdtempSync(join(tmpdir(), 'nestor-bench-'));
const ingestion = await startIngestion();
const insights = {
  APPLICATIONINSIGHTS_CONNECTION_STRING: `InstrumentationKey=6d0a4d6e-2c2f-4b7e-9a55-0c5fd0c6a111;IngestionEndpoint=${ingestion.url}/`,
  NODE_EXTRA_CA_CERTS: join(folder, 'ca.crt'),
};
const only = {
  MODELS: 'faq',
  INSTANCES: '1',
  REQUEST_TIMEOUT_MS: '60000',
  PLAYGROUND: 'off',
  DOCS: 'off',
};

try {
  await (process.argv[2] === 'memory' ? memory() : cost());
} finally {
  await ingestion.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function cost() {
  const nothing = { ...only, LOG_LEVEL: 'silent', MANAGEMENT_PORT: 'off' };
  const kinds = {
    'all off': nothing,
    log: { ...nothing, LOG_LEVEL: 'info' },
    'metrics (Prometheus)': { ...nothing, MANAGEMENT_PORT: '0' },
    'log, metrics, traces to Application Insights': { ...only, ...insights },
  };
  const servers = [];
  for (const [name, env] of Object.entries(kinds)) {
    const server = await startServer({ ...env, PORT: await freePort() });
    servers.push({ name, server, rounds: { scored: [], listed: [] } });
  }
  const routes = {
    scored: { path: '/v1/faq/match', method: 'POST', body: QUESTION },
    listed: { path: '/v1/models', method: 'GET' },
  };
  for (let round = 0; round <= ROUNDS; round += 1) {
    if (round % 5 === 0) process.stderr.write(`round ${round} of ${ROUNDS}\n`);
    for (const [route, call] of Object.entries(routes)) {
      for (const { server, rounds } of round % 2 === 0 ? servers : servers.toReversed()) {
        const before = cpuOf(server.pid);
        await load(server, call, REQUESTS);
        // The first round warms up.
        if (round > 0) rounds[route].push((cpuOf(server.pid) - before) / REQUESTS);
      }
    }
  }
  for (const { server } of servers) await server.stop();
  for (const route of Object.keys(routes)) {
    const [base] = servers;
    const least = lowerQuartile(base.rounds[route]);
    process.stdout.write(
      `\n${routes[route].path}: server processor time a request, microseconds\n`,
    );
    for (const { name, rounds } of servers) {
      const value = lowerQuartile(rounds[route]);
      const added = value - least;
      const paired = lowerQuartile(rounds[route].map((one, at) => one - base.rounds[route][at]));
      process.stdout.write(
        `${name.padEnd(48)}${value.toFixed(0).padStart(6)}  +${added.toFixed(1)} (pairs: ${paired.toFixed(1)})\n`,
      );
      if (added > TARGET) process.exitCode = 1;
    }
  }
}

async function memory() {
  const HEAP_FILE = join(folder, 'heap.json');
  const NODE_OPTIONS = `--import ${fileURLToPath(new URL('heap.size.mjs', import.meta.url))}`;
  const server = await startServer({
    ...only,
    ...insights,
    TRACES_PER_SECOND: '1000',
    NODE_OPTIONS,
    HEAP_FILE,
  });
  const call = { path: '/version', method: 'GET' };
  for (const reception of ['refusing', 'hanging', 'gone']) {
    await ingestion.behave(reception);
    // What the runtime takes once: code, caches, buffers.
    if (reception === 'refusing') await load(server, call, 20_000);
    const third = Math.ceil(MEMORY_REQUESTS / 3);
    const started = performance.now();
    const sizes = [];
    for (let part = 0; part <= 4; part += 1) {
      if (part > 0) await load(server, call, Math.ceil(third / 4));
      sizes.push(await memoryOf(server, HEAP_FILE));
    }
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    const column = (name) => sizes.map((size) => (size[name] / 2 ** 20).toFixed(1)).join(' ');
    process.stdout.write(
      `${reception.padEnd(9)} ${third} requests, ${seconds} s, MB alive: ${column('live')}, resident: ${column('rss')}\n`,
    );
  }
  const stopping = performance.now();
  await server.stop();
  process.stdout.write(`stopped after ${((performance.now() - stopping) / 1000).toFixed(1)} s\n`);
}

/** Bytes alive after a collection, and resident, of the server process (bench/heap.size.mjs). */
async function memoryOf({ pid }, file) {
  rmSync(file, { force: true });
  process.kill(pid, 'SIGUSR2');
  for (;;) {
    await sleep(100);
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  }
}

/** Sends requests over some keep-alive connections. */
async function load({ url, key }, { path, method, body }, count) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS, rejectUnauthorized: false });
  const headers = { 'x-api-key': key, ...(body && { 'content-type': 'application/json' }) };
  let left = count;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      await new Promise((resolve, reject) => {
        request(`${url}${path}`, { agent, method, headers }, (response) => {
          response.resume().once('end', () => {
            if (response.statusCode === 200) resolve();
            else reject(new Error(`${path} answered ${response.statusCode}`));
          });
        })
          .once('error', reject)
          .end(body);
      });
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  agent.destroy();
}

/** Microseconds of processor time that all threads of a process, without its children, have used. */
function cpuOf(pid) {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = threads.map((thread) => {
    const [ran] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
    return Number(ran);
  });
  return nanoseconds.reduce((sum, one) => sum + one, 0) / 1000;
}

function lowerQuartile(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 4)];
}

/** The ingestion API of Application Insights, able to misbehave. */
async function startIngestion() {
  const altNames = [{ type: 7, ip: '127.0.0.1' }];
  const pems = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
    keySize: 2048,
    extensions: [{ name: 'subjectAltName', altNames }],
  });
  writeFileSync(join(folder, 'ca.crt'), pems.cert);
  let reception = 'good';
  const sockets = new Set();
  const server = createServer({ cert: pems.cert, key: pems.private }, (incoming, response) => {
    incoming.resume().once('end', () => {
      if (reception === 'hanging') return;
      if (reception === 'refusing') response.writeHead(503).end();
      else response.end('{"itemsReceived":1,"itemsAccepted":1,"errors":[]}');
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  const stop = async () => {
    for (const socket of sockets) socket.destroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  const behave = async (next) => {
    reception = next;
    if (next === 'gone') await stop();
  };
  return { url: `https://127.0.0.1:${port}`, stop, behave };
}
