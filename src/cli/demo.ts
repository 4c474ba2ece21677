/**
 * `npm run demo`: sets up a certificate and a key in a temporary folder, starts the server on the
 * embedded models, scores a question and a photograph over HTTPS and prints what came back.
 * With `--once` it ends after that, with exit code 0 only if both answers were right.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FaqMatch, Prediction } from '../scoring/scorer.js';
import { bar } from './bar.js';
import { LocalServer } from './local.server.js';

const QUESTION = 'how do i get rid of one single thing in my list';
const RIGHT_ANSWER = /remov\w+ .*array/i;
const PHOTO_NAME = 'test/fixtures/photos/coffee.jpg';
const PHOTO = fileURLToPath(new URL(`../../${PHOTO_NAME}`, import.meta.url));
const RIGHT_CLASS = 'espresso';

const once = process.argv.includes('--once');
const demo = await start();
try {
  const right = [await showQuestion(demo), await showPhoto(demo)].every(Boolean);
  if (!right) print('An answer is not the expected one.');
  process.exitCode = right ? 0 : 1;
  if (!once) await stayUp(demo);
} finally {
  demo.stop();
}

async function start(): Promise<LocalServer> {
  const started = performance.now();
  const port = process.env['PORT'] ?? (once ? '0' : '8443');
  const server = await LocalServer.start({ port, keyId: 'demo' });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  print(`\nNestor is ready on ${server.url} after ${seconds} s.`);
  return server;
}

async function showQuestion(server: LocalServer): Promise<boolean> {
  const body = JSON.stringify({ question: QUESTION });
  const { json } = await server.call('/v1/faq/match', body, 'application/json');
  const { matches } = json as { matches: FaqMatch[] };
  print(`\nQuestion: ${QUESTION}\n`);
  for (const { probability, question } of matches) print(`  ${bar(probability)}  ${question}`);
  print(`\n  Answer: ${matches[0]?.answer}`);
  return RIGHT_ANSWER.test(matches[0]?.question ?? '');
}

async function showPhoto(server: LocalServer): Promise<boolean> {
  const { json } = await server.call('/v1/vision/classify', readFileSync(PHOTO), 'image/jpeg');
  const { predictions } = json as { predictions: Prediction[] };
  print(`\nPhotograph: ${PHOTO_NAME}\n`);
  for (const { probability, label } of predictions) print(`  ${bar(probability)}  ${label}`);
  return predictions[0]?.label === RIGHT_CLASS;
}

async function stayUp({ url, key, folder, process: child }: LocalServer): Promise<void> {
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
    child.once('exit', () => resolve());
    process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve());
  });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
