/**
 * `npm run demo`: sets up a certificate and a key in a temporary folder, starts the server on the
 * embedded models, scores a question and a photograph over HTTPS and prints what came back.
 * With `--once` it ends after that, with exit code 0 only if both answers were right.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type RequestOptions, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { generate } from 'selfsigned';
import { digest, newKey } from '../auth/api-key.file.js';
import { SCOPES } from '../auth/principal.js';
import type { FaqMatch, Prediction } from '../scoring/scorer.js';
import { bar } from './bar.js';

const NESTOR = fileURLToPath(new URL('./nestor.js', import.meta.url));
const QUESTION = 'how do i get rid of one single thing in my list';
const RIGHT_ANSWER = /remov\w+ .*array/i;
const PHOTO_NAME = 'test/fixtures/photos/coffee.jpg';
const PHOTO = fileURLToPath(new URL(`../../${PHOTO_NAME}`, import.meta.url));
const RIGHT_CLASS = 'espresso';
const READY_WITHIN_MS = 60_000;

interface Running {
  readonly server: ChildProcess;
  readonly folder: string;
  readonly url: string;
  readonly key: string;
  readonly ca: string;
}

const once = process.argv.includes('--once');
const demo = await start();
try {
  const right = [await showQuestion(demo), await showPhoto(demo)].every(Boolean);
  if (!right) print('An answer is not the expected one.');
  process.exitCode = right ? 0 : 1;
  if (!once) await stayUp(demo);
} finally {
  demo.server.kill('SIGTERM');
  rmSync(demo.folder, { recursive: true, force: true });
}

async function start(): Promise<Running> {
  const started = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'nestor-demo-'));
  const key = newKey('demo');
  const keys = [{ id: 'demo', sha256: digest(key).toString('hex'), scopes: SCOPES }];
  writeFileSync(join(folder, 'keys.json'), JSON.stringify({ keys }));
  const ca = await writeCertificate(folder);
  const server = spawn(process.execPath, [NESTOR, 'serve'], {
    env: {
      ...process.env,
      HOST: '127.0.0.1',
      PORT: process.env['PORT'] ?? (once ? '0' : '8443'),
      MANAGEMENT_PORT: process.env['MANAGEMENT_PORT'] ?? '0',
      TLS_CERT_FILE: join(folder, 'tls.crt'),
      TLS_KEY_FILE: join(folder, 'tls.key'),
      API_KEYS_FILE: join(folder, 'keys.json'),
      SHUTDOWN_DELAY_MS: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const running = { server, folder, key, ca, url: await listening(server) };
  await ready(running);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  print(`\nNestor is ready on ${running.url} after ${seconds} s.`);
  return running;
}

async function writeCertificate(folder: string): Promise<string> {
  const names = [
    { type: 2 as const, value: 'localhost' },
    { type: 7 as const, ip: '127.0.0.1' },
  ];
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keySize: 2048,
    extensions: [{ name: 'subjectAltName', altNames: names }],
  });
  writeFileSync(join(folder, 'tls.crt'), cert);
  writeFileSync(join(folder, 'tls.key'), key, { mode: 0o600 });
  return cert;
}

/** The URL that the server's log names; the log is passed on only if the server ends. */
function listening(server: ChildProcess): Promise<string> {
  let log = '';
  return new Promise((resolve, reject) => {
    server.stdout?.on('data', (chunk: Buffer) => {
      log = `${log}${chunk.toString()}`.slice(-10_000);
      const [, url] = /listening on (https:[^"]+)/.exec(log) ?? [];
      if (url !== undefined) resolve(url);
    });
    server.once('exit', () => reject(new Error(`The server did not start.\n${log}`)));
  });
}

async function ready(running: Running): Promise<void> {
  const until = performance.now() + READY_WITHIN_MS;
  while ((await call(running, '/readyz')).status !== 200) {
    if (performance.now() > until) throw new Error('The server did not become ready.');
    await sleep(100);
  }
}

async function showQuestion(running: Running): Promise<boolean> {
  const body = JSON.stringify({ question: QUESTION });
  const { json } = await call(running, '/v1/faq/match', body, 'application/json');
  const { matches } = json as { matches: FaqMatch[] };
  print(`\nQuestion: ${QUESTION}\n`);
  for (const { probability, question } of matches) print(`  ${bar(probability)}  ${question}`);
  print(`\n  Answer: ${matches[0]?.answer}`);
  return RIGHT_ANSWER.test(matches[0]?.question ?? '');
}

async function showPhoto(running: Running): Promise<boolean> {
  const { json } = await call(running, '/v1/vision/classify', readFileSync(PHOTO), 'image/jpeg');
  const { predictions } = json as { predictions: Prediction[] };
  print(`\nPhotograph: ${PHOTO_NAME}\n`);
  for (const { probability, label } of predictions) print(`  ${bar(probability)}  ${label}`);
  return predictions[0]?.label === RIGHT_CLASS;
}

async function stayUp({ url, key, folder, server }: Running): Promise<void> {
  const curl = `curl --cacert ${join(folder, 'tls.crt')} -H 'X-API-Key: ${key}'`;
  const question = JSON.stringify({ question: 'what does === do' });
  print(`\nTry it in the browser: ${url}/docs\nor from a shell:\n`);
  print(
    `  ${curl} -H 'Content-Type: application/json' \\\n    -d '${question}' ${url}/v1/faq/match\n`,
  );
  print(`  ${curl} -H 'Content-Type: image/jpeg' \\`);
  print(`    --data-binary @${PHOTO_NAME} '${url}/v1/vision/classify?top=5'\n`);
  print('Ctrl-C ends it.');
  await new Promise<void>((resolve) => {
    server.once('exit', () => resolve());
    process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve());
  });
}

function call({ url, key, ca }: Running, path: string, body?: string | Buffer, type = '') {
  const headers = { 'x-api-key': key, ...(body && { 'content-type': type }) };
  const options: RequestOptions = { method: body ? 'POST' : 'GET', ca, headers };
  return new Promise<{ status: number; json: unknown }>((resolve, reject) => {
    const sent = request(`${url}${path}`, options, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, json: JSON.parse(text) }),
      );
    });
    sent.once('error', reject).end(body);
  });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
