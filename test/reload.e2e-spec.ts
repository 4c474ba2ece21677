import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NESTOR, ROOT } from './support/cli.js';
import { type Answer, TestServer, writeKeys } from './support/server.js';

const FAQ = join(ROOT, 'models/faq/1');
const VISION = join(ROOT, 'models/vision/1');
const QUESTION = 'how do i get rid of one element of an array';

let models: string;
let server: TestServer;
const askings: Asking[] = [];
beforeEach(() => {
  models = mkdtempSync(join(tmpdir(), 'nestor-reload-'));
});
afterEach(async () => {
  await Promise.all(askings.splice(0).map((asking) => asking.stop()));
  await server.stop();
  rmSync(models, { recursive: true, force: true });
});

const start = (env: Record<string, string> = {}) =>
  TestServer.start({ MODELS_DIR: models, TLS: 'off', ...env });

/**
 * A FAQ version whose first original answers with `answer`, so that each answer tells which version
 * gave it.
 */
function makeVersion(place: string, answer: string): void {
  cpSync(FAQ, place, { recursive: true });
  const originals = join(place, 'originals.tsv');
  const [head = '', ...rows] = readFileSync(originals, 'utf8').trimEnd().split('\n');
  const named = rows.map((row) => [...row.split('\t').slice(0, 3), answer].join('\t'));
  writeFileSync(originals, `${[head, ...named].join('\n')}\n`);
  relist(place, 'originals.tsv');
}

/** Writes the file's size and checksum into model.json. */
function relist(place: string, path: string): void {
  const content = readFileSync(join(place, path));
  const manifest = JSON.parse(readFileSync(join(place, 'model.json'), 'utf8'));
  const file = manifest.files.find((one: { path: string }) => one.path === path);
  file.bytes = content.byteLength;
  file.sha256 = createHash('sha256').update(content).digest('hex');
  writeFileSync(join(place, 'model.json'), JSON.stringify(manifest));
}

const ask = (version?: number) =>
  server.post(version === undefined ? '/v1/faq/match' : `/v1/faq/match?version=${version}`, {
    question: QUESTION,
  });
const answerOf = (answer: Answer) => {
  const { model, matches } = answer.json();
  return { version: model.version, answer: matches[0].answer };
};
const index = async (ready?: boolean) =>
  (await server.post('/v2/repository/index', { ready })).json() as {
    name: string;
    version: string;
    state: string;
    reason: string;
  }[];
const load = (name = 'faq', call = {}) =>
  server.post(`/v2/repository/models/${name}/load`, {}, call);
const unload = (name = 'faq') => server.post(`/v2/repository/models/${name}/unload`, {});
const states = async () => (await index()).map(({ version, state }) => `${version} ${state}`);
const audits = () => server.logs().filter((line) => line['context'] === 'audit');

async function until(holds: () => Promise<boolean> | boolean, ms = 20_000): Promise<void> {
  const end = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`it did not happen: ${server.stdout}`);
    await sleep(50);
  }
}

/** Asks again and again over several connections and keeps what was answered. */
class Asking {
  readonly answered: { version: number; answer: string }[] = [];
  readonly failures: string[] = [];
  #on = true;
  readonly #callers: Promise<void>[];

  constructor(callers: number) {
    askings.push(this);
    this.#callers = Array.from({ length: callers }, async () => {
      while (this.#on) await this.#ask();
    });
  }

  async stop(): Promise<void> {
    this.#on = false;
    await Promise.all(this.#callers);
  }

  async #ask(): Promise<void> {
    try {
      const answer = await ask();
      if (answer.status === 200) this.answered.push(answerOf(answer));
      else this.failures.push(answer.text);
    } catch (error) {
      this.failures.push(String(error));
    }
  }
}

describe('a models folder that is watched', () => {
  const watched = () => start({ MODELS_WATCH: '1' });

  it('brings a new version into service under load: every answer is right', async () => {
    makeVersion(join(models, 'faq/1'), 'one');
    server = await watched();
    const asking = new Asking(6);
    await sleep(1_000);
    makeVersion(join(models, '.new'), 'two');
    renameSync(join(models, '.new'), join(models, 'faq/2'));
    await until(() => asking.answered.at(-1)?.version === 2);
    await sleep(500);
    await asking.stop();
    expect(asking.failures).toEqual([]);
    const kinds = new Set(asking.answered.map(({ version, answer }) => `${version} ${answer}`));
    expect([...kinds]).toEqual(['1 one', '2 two']);
    expect(answerOf(await ask(1))).toEqual({ version: 1, answer: 'one' });
    expect(await states()).toEqual(['2 READY', '1 READY']);
    expect(server.stdout).toMatch('model faq: version 2 takes over from version 1');
    expect(audits().at(-1)).toMatchObject({
      level: 'info',
      audit: 'model.load',
      target: 'faq:2',
      principal: 'system:models-watch',
      result: 'done',
    });
  });

  it('refuses a bad new version, says why, and takes it once it is put right', async () => {
    makeVersion(join(models, 'faq/1'), 'one');
    server = await watched();
    makeVersion(join(models, 'faq/2'), 'two');
    const head = join(models, 'faq/2/head.onnx');
    const content = readFileSync(head);
    const damaged = Buffer.from(content);
    damaged.writeUInt8(damaged.readUInt8(500) ^ 1, 500);
    writeFileSync(head, damaged);
    makeVersion(join(models, 'faq/3'), 'three');
    const golden = join(models, 'faq/3/golden.json');
    writeFileSync(golden, readFileSync(golden, 'utf8').replace('0.9844', '0.5844'));
    makeVersion(join(models, 'faq/4'), 'four');
    writeFileSync(join(models, 'faq/4/model.json'), '{"kind":"faq"}');
    const refused = () => audits().filter(({ result }) => result === 'refused');
    await until(() => refused().length === 3);
    await sleep(2_500);
    // Each once: what has not changed is not tried again.
    expect(
      refused()
        .map(({ target }) => target)
        .toSorted(),
    ).toEqual(['faq:2', 'faq:3', 'faq:4']);
    const [four, three, two, one] = await index();
    expect(four).toMatchObject({ state: 'UNAVAILABLE', reason: /model\.json/ });
    expect(three).toMatchObject({ state: 'UNAVAILABLE', reason: /golden input/ });
    expect(two).toMatchObject({ state: 'UNAVAILABLE', reason: /head\.onnx does not have/ });
    expect(one).toMatchObject({ state: 'READY', reason: '' });
    expect(answerOf(await ask())).toEqual({ version: 1, answer: 'one' });
    expect((await server.request('/readyz')).status).toBe(200);

    writeFileSync(head, content);
    await until(async () => (await states())[2] === '2 READY');
    expect(answerOf(await ask())).toEqual({ version: 2, answer: 'two' });
  });

  it('waits for a folder that is being copied', async () => {
    makeVersion(join(models, 'faq/1'), 'one');
    server = await watched();
    makeVersion(join(models, '.new'), 'two');
    const place = join(models, 'faq/2');
    mkdirSync(place);
    const copy = (file: string) => cpSync(join(models, '.new', file), join(place, file));
    copy('model.json');
    await sleep(2_500);
    for (const file of ['golden.json', 'LICENSE', 'README.md', 'centroids.f32', 'head.onnx'])
      copy(file);
    writeFileSync(
      join(place, 'encoder.onnx'),
      readFileSync(join(FAQ, 'encoder.onnx')).subarray(0, 1_000),
    );
    await sleep(2_500);
    expect((await index())[0]).toMatchObject({
      version: '2',
      state: 'UNAVAILABLE',
      reason: /has 1000 bytes|is missing/,
    });
    for (const file of ['encoder.onnx', 'originals.tsv', 'tokenizer.json']) copy(file);
    await until(async () => answerOf(await ask()).version === 2);
    expect(audits().filter(({ result }) => result === 'refused')).toEqual([]);
  });

  it('follows a link that is swapped, and goes back when a folder is removed', async () => {
    // As Kubernetes mounts a volume: the folder is a link through a link that is replaced.
    makeVersion(join(models, '..1/faq/1'), 'one');
    symlinkSync('..1', join(models, '..data'));
    symlinkSync('..data/faq', join(models, 'faq'));
    server = await watched();
    expect(answerOf(await ask())).toEqual({ version: 1, answer: 'one' });
    const asking = new Asking(4);
    makeVersion(join(models, '..2/faq/1'), 'uno');
    makeVersion(join(models, '..2/faq/2'), 'due');
    symlinkSync('..2', join(models, '..swap'));
    renameSync(join(models, '..swap'), join(models, '..data'));
    rmSync(join(models, '..1'), { recursive: true });
    await until(async () => answerOf(await ask(1)).answer === 'uno');
    expect(answerOf(await ask())).toEqual({ version: 2, answer: 'due' });
    rmSync(join(models, '..2/faq/2'), { recursive: true });
    await until(async () => answerOf(await ask()).version === 1);
    await until(async () => (await states()).join() === '1 READY');
    await asking.stop();
    expect(asking.failures).toEqual([]);

    rmSync(join(models, '..2/faq/1'), { recursive: true });
    await until(() => /its folder is gone/.test(server.stdout));
    expect(answerOf(await ask())).toEqual({ version: 1, answer: 'uno' });
    expect((await server.request('/readyz')).status).toBe(200);
  });

  it('serves names that are new, but none that MODELS or MODEL_VERSIONS leave out', async () => {
    makeVersion(join(models, 'faq/1'), 'one');
    server = await start({ MODELS_WATCH: '1', MODELS: 'faq', MODEL_VERSIONS: 'faq:1' });
    makeVersion(join(models, 'faq/2'), 'two');
    makeVersion(join(models, 'other/1'), 'other');
    await sleep(3_500);
    expect(answerOf(await ask())).toEqual({ version: 1, answer: 'one' });
    expect(await states()).toEqual(['1 READY']);
    expect((await load('other')).status).toBe(404);
    await server.stop();

    server = await watched();
    makeVersion(join(models, 'new/1'), 'new');
    makeVersion(join(models, 'worse/1'), 'worse');
    rmSync(join(models, 'worse/1/LICENSE'));
    writeFileSync(join(models, 'worse/1/model.json'), '{}');
    await until(async () => (await index()).some(({ name, state }) => name + state === 'newREADY'));
    await until(() => audits().some(({ target }) => target === 'worse:1'));
    // A name that was never good takes nothing away from what is served.
    expect((await server.request('/readyz')).status).toBe(200);
  });
});

describe('an instance that has to be started again', () => {
  it('stays down while the files are not those that were proved', async () => {
    makeVersion(join(models, 'faq/1'), 'one');
    server = await start();
    const file = join(models, 'faq/1/head.onnx');
    const content = readFileSync(file);
    writeFileSync(file, readFileSync(join(models, 'faq/1/encoder.onnx')));
    const { pid } = server.process;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    for (const child of children) process.kill(Number(child), 'SIGKILL');
    await until(() => /cannot be started again: head\.onnx does not have/.test(server.stdout));
    expect((await server.request('/readyz')).status).toBe(503);
    // Rows wait for a restart as long as their deadline allows.
    expect([503, 504]).toContain((await ask()).status);
    writeFileSync(file, content);
    await until(async () => (await server.request('/readyz')).status === 200);
    expect(answerOf(await ask())).toEqual({ version: 1, answer: 'one' });
  });
});

describe('the model repository', () => {
  beforeEach(async () => {
    makeVersion(join(models, 'faq/1'), 'one');
    server = await start();
  });

  it('lists, loads and unloads, as Triton does', async () => {
    makeVersion(join(models, 'faq/2'), 'two');
    expect(await index()).toEqual([
      { name: 'faq', version: '2', state: 'UNAVAILABLE', reason: 'not loaded' },
      { name: 'faq', version: '1', state: 'READY', reason: '' },
    ]);
    expect(await index(true)).toHaveLength(1);
    const loaded = await load('faq', { headers: { 'x-request-id': 'load-1' } });
    expect([loaded.status, loaded.text]).toEqual([200, '{}']);
    expect(answerOf(await ask())).toEqual({ version: 2, answer: 'two' });
    const triton = { parameters: { unload_dependents: false } };
    const unloaded = await server.post('/v2/repository/models/faq/unload', triton);
    expect([unloaded.status, unloaded.text]).toEqual([200, '{}']);
    expect((await ask()).status).toBe(404);
    expect((await server.request('/readyz')).status).toBe(200);
    expect((await server.request('/v1/models')).json()).toEqual({ models: [] });
    expect(await index(true)).toEqual([]);
    expect((await index()).map(({ reason }) => reason)).toEqual(['unloaded', 'unloaded']);
    expect((await unload()).status).toBe(200);
    expect((await load()).status).toBe(200);
    expect(answerOf(await ask())).toEqual({ version: 2, answer: 'two' });
    expect(audits().slice(1)).toEqual([
      expect.objectContaining({
        audit: 'model.load',
        target: 'faq',
        principal: 'api-key:test',
        result: 'done',
        requestId: 'load-1',
      }),
      expect.objectContaining({ audit: 'model.unload', result: 'done' }),
      expect.objectContaining({ audit: 'model.unload', result: 'done' }),
      expect.objectContaining({ audit: 'model.load', result: 'done' }),
    ]);
  });

  it('takes requests without a Content-Type and without a body, as tritonclient sends them', async () => {
    const bare = (path: string, body?: string) =>
      server.request(`/v2/repository/${path}`, { method: 'POST', ...(body && { body }) });
    expect((await bare('index')).json()).toHaveLength(1);
    expect((await bare('models/faq/load', '{}')).status).toBe(200);
    expect((await bare('models/faq/unload')).status).toBe(200);
    expect((await bare('models/faq/load', '{')).json().error).toMatch('not JSON');
  });

  it('refuses in the form that Open Inference clients read', async () => {
    const refusals: [Promise<Answer>, number, RegExp][] = [
      [load('nothing'), 404, /No model of this name/],
      [unload('nothing'), 404, /No model of this name/],
      [load('..%2ffaq'), 404, /No model/],
      [
        server.post('/v2/repository/models/faq/load', { parameters: { config: '{}' } }),
        400,
        /config and files cannot be overridden/,
      ],
      [server.post('/v2/repository/index', { ready: 'yes' }), 400, /ready/],
      [server.post('/v2/repository/index', {}, { key: null }), 401, /credential/],
    ];
    for (const [request, status, error] of refusals) {
      const answer = await request;
      expect([answer.status, answer.headers['content-type']]).toEqual([status, 'application/json']);
      expect(answer.json().error).toMatch(error);
    }
  });

  it('is closed to callers who may score only', async () => {
    const key = `nst_scorer_${'a'.repeat(43)}`;
    const scopes = ['faq.score', 'vision.score', 'models.score'];
    const all = [...scopes, 'models.manage'];
    writeKeys(server.folder, [
      { id: 'scorer', key, scopes },
      { id: 'test', key: server.key, scopes: all },
    ]);
    await until(async () => (await server.request('/v1/models', { key })).status === 200);
    for (const path of ['index', 'models/faq/load', 'models/faq/unload']) {
      const answer = await server.post(`/v2/repository/${path}`, {}, { key });
      expect([answer.status, answer.json().error]).toEqual([
        403,
        'The credential lacks the scope models.manage.',
      ]);
    }
    expect((await ask()).status).toBe(200);
    expect(audits().at(-1)).toMatchObject({ audit: 'keys.reload', result: 'done' });
  });

  it('goes on serving when a load fails, and says why', async () => {
    makeVersion(join(models, 'faq/2'), 'two');
    rmSync(join(models, 'faq/2/head.onnx'));
    const answer = await load();
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({
      type: '/docs/errors/model-refused',
      error: 'Model faq version 2 is refused: head.onnx is missing. Version 1 answers.',
    });
    expect(answerOf(await ask())).toEqual({ version: 1, answer: 'one' });
    expect(audits().at(-1)).toMatchObject({ level: 'error', result: 'refused' });
  });

  it('loses no request to loads, one after the other or at once', async () => {
    const asking = new Asking(6);
    while (asking.answered.length <= 50) await sleep(50);
    for (let round = 0; round < 3; round += 1) expect((await load()).status).toBe(200);
    const at = await Promise.all([load(), load(), load(), load()]);
    expect(at.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    await sleep(500);
    await asking.stop();
    expect(asking.failures).toEqual([]);
    expect(asking.answered.length).toBeGreaterThan(50);
    // The four made two loads: the first, and one that the others waited for together.
    expect(server.stdout.match(/is ready after/g)).toHaveLength(1 + 3 + 2);
  });

  it('answers what an unloaded model has accepted, and 404 after it', async () => {
    const asking = new Asking(8);
    while (asking.answered.length <= 10) await sleep(50);
    const unloaded = await unload();
    expect(unloaded.status).toBe(200);
    await sleep(300);
    await asking.stop();
    expect(asking.answered.length).toBeGreaterThan(10);
    const codes = new Set(asking.failures.map((text) => JSON.parse(text).type));
    expect([...codes]).toEqual(['/docs/errors/model-not-found']);
    expect(server.faults()).toEqual([]);
  });
});

describe('stopping while models are loaded', () => {
  it('ends with code 0 and without delay while the first load is under way', async () => {
    cpSync(VISION, join(models, 'vision/1'), { recursive: true });
    makeVersion(join(models, 'faq/1'), 'one');
    server = await TestServer.start(
      { MODELS_DIR: models, TLS: 'off', INSTANCES: '4', SHUTDOWN_GRACE_MS: '20000' },
      { until: 'listening' },
    );
    expect(server.stdout).not.toMatch('is ready after');
    const began = performance.now();
    expect(await server.stop()).toBe(0);
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(server.stdout).toMatch('stopped');
  });

  it('fails no accepted request with a reload under way', async () => {
    makeVersion(join(models, 'faq/1'), 'one');
    server = await start({ SHUTDOWN_DELAY_MS: '300' });
    const asking = new Asking(6);
    await sleep(300);
    const reloading = load();
    await sleep(50);
    const stopped = new Promise((resolve) => server.process.once('exit', resolve));
    server.process.kill('SIGTERM');
    await sleep(250);
    await asking.stop();
    expect(asking.failures).toEqual([]);
    expect((await reloading).status).toBe(200);
    expect(await stopped).toBe(0);
  });

  it('ends at a signal that comes before it listens', async () => {
    makeVersion(join(models, 'faq/1'), 'one');
    server = await start();
    const early = spawn(process.execPath, [NESTOR, 'serve'], {
      env: {
        MODELS_DIR: models,
        TLS: 'off',
        PORT: '0',
        API_KEYS_FILE: join(server.folder, 'keys.json'),
      },
    });
    await once(early.stdout, 'data');
    early.kill('SIGTERM');
    expect(await once(early, 'exit')).toEqual([0, null]);
  });
});
