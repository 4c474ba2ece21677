import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROOT, runCli } from './support/cli.js';
import { TestServer } from './support/server.js';

const FIXTURES = join(ROOT, 'test/fixtures/models');

describe('tensor models', () => {
  it('are listed by their manifests', async () => {
    const { stdout } = await runCli(['models', 'list', '--dir', FIXTURES, '--json']);
    const { models } = JSON.parse(stdout);
    expect(models).toContainEqual(
      expect.objectContaining({ name: 'identity', version: 1, state: 'listed', kind: 'tensor' }),
    );
  });

  it('are refused where a golden answer is wrong, naming output and element', async () => {
    const models = mkdtempSync(join(tmpdir(), 'nestor-models-'));
    try {
      cpSync(join(FIXTURES, 'identity'), join(models, 'identity'), { recursive: true });
      const file = join(models, 'identity/1/golden.json');
      const golden = JSON.parse(readFileSync(file, 'utf8'));
      golden.cases[1].outputs.out_INT64.data = ['9007199254740992'];
      writeFileSync(file, JSON.stringify(golden));
      const { code, stdout } = await runCli(['models', 'verify', '--dir', models]);
      expect(code).toBe(1);
      expect(stdout).toBe(
        "identity:1\trefused: golden input 2: expected output 'out_INT64' 9007199254740992 at " +
          '[0, 0], got 9007199254740993\n',
      );
    } finally {
      rmSync(models, { recursive: true, force: true });
    }
  }, 60_000);
});

describe('a server of tensor models', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ MODELS_DIR: FIXTURES, MODELS: 'identity' });
  }, 60_000);
  afterAll(() => server.stop());

  it('is ready once their golden tensors came out in every datatype, and lists them', async () => {
    const { models } = (await server.request('/v1/models')).json();
    expect(models).toContainEqual(
      expect.objectContaining({ name: 'identity', state: 'ready', serving: true, kind: 'tensor' }),
    );
  });
});
