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
import { generate } from 'selfsigned';

const path = (file) => fileURLToPath(new URL(file, import.meta.url));

/** Starts the built server with TLS and an API key; resolves once it is ready. */
export async function startServer(env = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'nestor-bench-'));
  const key = `nst_bench_${randomBytes(32).toString('base64url')}`;
  const sha256 = createHash('sha256').update(key).digest('hex');
  const scopes = ['faq.score', 'vision.score', 'models.score', 'models.manage'];
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
      NODE_OPTIONS: `--import ${path('./loop.delay.mjs')}`,
      LOOP_DELAY_FILE: join(folder, 'delay.json'),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // A bench that fails leaves nothing behind.
  process.once('exit', () => child.kill());
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
  /** Percentiles of the event loop's delay in milliseconds since the last call. */
  const loopDelay = async () => {
    child.kill('SIGUSR2');
    await sleep(200);
    return JSON.parse(readFileSync(join(folder, 'delay.json'), 'utf8'));
  };
  return { url, key, pid: child.pid, readyMs, stop, loopDelay };
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

/**
 * What processes of bare onnxruntime-node do side by side.
 * @param folder of a model version
 * @returns runs a second, and milliseconds of processor time a run
 */
export async function bare(folder, processes, threads, seconds) {
  const children = Array.from({ length: processes }, () =>
    fork(path('./bare.mjs'), [folder, threads, seconds].map(String)),
  );
  const next = (child) => new Promise((resolve) => child.once('message', resolve));
  await Promise.all(children.map(next));
  const results = children.map(next);
  for (const child of children) child.send('go');
  const done = await Promise.all(results);
  const sum = (key) => done.reduce((total, one) => total + one[key], 0);
  return { perSecond: sum('perSecond'), cpuMs: sum('cpuMs') / sum('runs') };
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
