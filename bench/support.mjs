import { fork, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { generate } from 'selfsigned';

const path = (file) => fileURLToPath(new URL(file, import.meta.url));

/** Starts the built server with TLS and an API key; resolves once it is ready. */
export async function startServer(env = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'nestor-bench-'));
  const key = `nst_bench_${randomBytes(32).toString('base64url')}`;
  const sha256 = createHash('sha256').update(key).digest('hex');
  const scopes = ['faq.score', 'vision.score'];
  writeFileSync(
    join(folder, 'keys.json'),
    JSON.stringify({ keys: [{ id: 'bench', sha256, scopes }] }),
  );
  const pems = await generate([{ name: 'commonName', value: 'localhost' }], { keySize: 2048 });
  writeFileSync(join(folder, 'tls.crt'), pems.cert);
  writeFileSync(join(folder, 'tls.key'), pems.private);
  const started = performance.now();
  const child = spawn(process.execPath, [path('../dist/cli/nestor.js'), 'serve'], {
    cwd: path('..'),
    env: {
      ...process.env,
      HOST: '127.0.0.1',
      PORT: '0',
      MANAGEMENT_PORT: '0',
      TLS_CERT_FILE: join(folder, 'tls.crt'),
      TLS_KEY_FILE: join(folder, 'tls.key'),
      API_KEYS_FILE: join(folder, 'keys.json'),
      SHUTDOWN_DELAY_MS: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let log = '';
  const expected = (env.MODELS ?? 'faq,vision').split(',').length;
  const silent = env.LOG_LEVEL === 'silent' && readyAt(env.PORT);
  const logged = new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error(log)));
    child.stdout.on('data', (chunk) => {
      if (log === undefined) return;
      log += chunk;
      const [, found] = /listening on (https:[^"]+)/.exec(log) ?? [];
      if (found && (log.match(/ is ready after/g) ?? []).length === expected) {
        log = undefined;
        resolve(found);
      }
    });
  });
  const url = await Promise.race(silent ? [silent, logged] : [logged]);
  const readyMs = performance.now() - started;
  const stop = async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  return { url, key, pid: child.pid, readyMs, stop };
}

/** Waits for a server that logs nothing and was given its port. */
async function readyAt(port) {
  const url = `https://127.0.0.1:${port}`;
  const status = () =>
    new Promise((resolve) => {
      get(`${url}/readyz`, { rejectUnauthorized: false }, ({ statusCode }) => resolve(statusCode))
        .once('error', resolve)
        .setTimeout(1000);
    });
  while ((await status()) !== 200) await sleep(100);
  return url;
}

/** A port that was free a moment ago. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

/** Load of `connections` keep-alive connections for some seconds; every answer must be 200. */
export async function load({ url, key }, route, body, connections, seconds) {
  const result = await autocannon({
    url: `${url}${route}`,
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    body,
    connections,
    duration: seconds,
    tlsOptions: { rejectUnauthorized: false },
  });
  const failed = result.non2xx + result.errors;
  if (failed > 0) throw new Error(`${failed} requests to ${route} failed`);
  const { p50, p99 } = result.latency;
  return { perSecond: result['2xx'] / result.duration, p50, p99 };
}

/** Images/s of processes of bare onnxruntime-node side by side. */
export async function bare(model, processes, threads, seconds) {
  const children = Array.from({ length: processes }, () =>
    fork(path('./bare.mjs'), [model, threads, seconds].map(String)),
  );
  const next = (child) => new Promise((resolve) => child.once('message', resolve));
  await Promise.all(children.map(next));
  const counts = children.map(next);
  for (const child of children) child.send('go');
  const runs = (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  return runs / seconds;
}

/** Resident memory of a process and all below it, in MB. */
export function residentMb(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const own = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  const below =
    children === '' ? [] : children.split(' ').map((child) => residentMb(Number(child)));
  return below.reduce((sum, mb) => sum + mb, own);
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
