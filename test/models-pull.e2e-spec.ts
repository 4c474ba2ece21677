import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type CliResult, NESTOR, ROOT, runCli } from './support/cli.js';
import { FileServer, type Manner } from './support/file.server.js';

const SOURCE = join(ROOT, 'models/vision/1');
const graph = readFileSync(join(SOURCE, 'model.onnx'));
const half = Math.floor(graph.length / 2);

/** An entry for the model of this repository, as if it had to be downloaded. */
function entry(urls: string[], catShows = 'n02124075') {
  const { files: _files, ...manifest } = JSON.parse(
    readFileSync(join(SOURCE, 'model.json'), 'utf8'),
  );
  const sha256 = createHash('sha256').update(graph).digest('hex');
  return {
    downloads: [{ path: 'model.onnx', urls, bytes: graph.length, sha256 }],
    copies: ['labels.tsv', 'LICENSE', 'golden/cat.jpg', 'golden/coffee.jpg'].map((path) => ({
      path,
      from: join(SOURCE, path),
    })),
    manifest,
    photographs: [
      { image: 'golden/cat.jpg', anyOf: [catShows] },
      { image: 'golden/coffee.jpg', anyOf: ['n07920052'] },
    ],
  };
}

describe('nestor models pull', () => {
  let folder: string;
  let models: string;
  let server: FileServer;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nestor-pull-'));
    models = join(folder, 'models');
    server = await FileServer.start(graph);
  });
  afterEach(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function pullArguments(manners: Manner[], catShows?: string, options: string[] = []): string[] {
    const catalogue = join(folder, 'catalogue.json');
    const urls = manners.map((manner) => server.url(manner));
    writeFileSync(catalogue, JSON.stringify({ small: entry(urls, catShows) }));
    return ['models', 'pull', 'small', '--dir', models, '--catalogue', catalogue, ...options];
  }

  const pull = (...manners: Manner[]): Promise<CliResult> => runCli(pullArguments(manners));

  function expectNothing(): void {
    expect(readdirSync(models)).toEqual([]);
  }

  it('brings a model that verify finds ready, with its own first answers as golden ones', async () => {
    const result = await runCli(pullArguments(['good'], undefined, ['--json']));
    expect(result).toMatchObject({ code: 0 });
    expect(JSON.parse(result.stdout)).toMatchObject({ name: 'small', version: 1, state: 'pulled' });
    expect(result.stderr).toContain('100 % of 18.6 MB');
    expect(readdirSync(models)).toEqual(['small']);
    const golden = JSON.parse(readFileSync(join(models, 'small/1/golden.json'), 'utf8'));
    expect(golden.note).toContain('not a reference');
    expect(golden.cases[1].expect[0].index).toBe(967);
    expect(readFileSync(join(models, 'small/1/README.md'), 'utf8')).toContain('Golden answers');
    const verified = await runCli(['models', 'verify', '--dir', models]);
    expect(verified).toMatchObject({ code: 0, stdout: 'small:1\tready\n' });
    const again = await pull('missing');
    expect(again).toMatchObject({ code: 0 });
    expect(again.stdout).toContain('already there');
  });

  it('goes on after a connection that broke where it broke', async () => {
    expect(await pull('breaking')).toMatchObject({ code: 0 });
    expect(server.ranges).toEqual([undefined, expect.stringMatching(/^bytes=[1-9]\d*-$/)]);
  });

  it('starts again where a server ignores the range', async () => {
    expect(await pull('rangeless')).toMatchObject({ code: 0 });
    expect(server.ranges).toEqual([undefined, expect.stringMatching(/^bytes=[1-9]\d*-$/)]);
  });

  it('keeps what came before Ctrl-C for the next pull', async () => {
    const child = spawn(process.execPath, [NESTOR, ...pullArguments(['stalling'])], { cwd: ROOT });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const part = join(models, '.pull/small/1/model.onnx.part');
    while (!existsSync(part) || statSync(part).size < half) await sleep(20);
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(await pull('good')).toMatchObject({ code: 0 });
    expect(server.ranges).toEqual([undefined, `bytes=${half}-`]);
    expect(readdirSync(models)).toEqual(['small']);
  });

  it('follows redirects and turns to the next URL where one has no file', async () => {
    const result = await pull('missing', 'redirecting');
    expect(result).toMatchObject({ code: 0 });
    expect(result.stderr).toContain('404');
  });

  it('takes the file from a mirror that is given', async () => {
    const mirror = server.url('good').replace('model.onnx', '');
    const result = await runCli(pullArguments(['missing'], undefined, ['--url', mirror]));
    expect(result).toMatchObject({ code: 0 });
  });

  it.each([
    ['wrong', 'SHA-256'],
    ['long', `more than the expected ${graph.length} bytes`],
    ['short', `the server's file has 43 bytes, expected ${graph.length}`],
    ['missing', '404 Not Found'],
  ] as const)('refuses what a %s server gives and leaves nothing', async (manner, reason) => {
    const result = await pull(manner);
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toContain(reason);
    expect(result.stderr).toContain('--url');
    expectNothing();
  });

  it('refuses a model that does not see what the photographs show', async () => {
    const result = await runCli(pullArguments(['good'], 'n01440764'));
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toMatch(/golden\/cat\.jpg: expected n01440764 .*got n0212/);
    expectNothing();
  });

  it('names a catalogue entry that it cannot use and one that it does not have', async () => {
    const catalogue = join(folder, 'catalogue.json');
    writeFileSync(catalogue, JSON.stringify({ small: { ...entry(['http://example.org/m']) } }));
    const unusable = await runCli(['models', 'pull', 'small', '--catalogue', catalogue]);
    expect(unusable).toMatchObject({ code: 1 });
    expect(unusable.stderr).toMatch(/expected https[^]*small\.downloads\[0\]\.urls\[0\]/);
    const unknown = await runCli(['models', 'pull', 'nothing', '--dir', models]);
    expect(unknown).toMatchObject({ code: 1 });
    expect(unknown.stderr).toContain("no model 'nothing'; it has: resnet152");
  });
});
