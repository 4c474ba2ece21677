import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ROOT, runCli } from './support/cli.js';

const SOURCE = join(ROOT, 'models/vision/1');

/** What may be wrong with a version, and what the reason must name. */
const DAMAGES: [title: string, damage: (version: string) => void, reason: RegExp][] = [
  [
    'a flipped byte',
    (version) => {
      const file = join(version, 'model.onnx');
      const content = readFileSync(file);
      content.writeUInt8(content.readUInt8(1_000) ^ 1, 1_000);
      writeFileSync(file, content);
    },
    /model\.onnx does not have the SHA-256/,
  ],
  ['a missing file', (version) => rmSync(join(version, 'labels.tsv')), /labels\.tsv is missing/],
  [
    'a misspelt member',
    (version) => edit(join(version, 'model.json'), '"preprocessing"', '"preprocesing"'),
    /model\.json: .*preprocesing/,
  ],
  [
    'a wrong golden answer',
    (version) => edit(join(version, 'golden.json'), '0.93679', '0.63679'),
    /golden input golden\/coffee\.jpg: expected 0\.63679 for class 967, got 0\.9/,
  ],
  [
    'no golden answers',
    (version) => rmSync(join(version, 'golden.json')),
    /golden\.json is missing/,
  ],
];

function edit(file: string, from: string, to: string): void {
  writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
}

describe('nestor models', () => {
  let models: string;
  beforeEach(() => {
    models = mkdtempSync(join(tmpdir(), 'nestor-models-'));
    cpSync(SOURCE, join(models, 'photos/1'), { recursive: true });
  });
  afterEach(() => rmSync(models, { recursive: true, force: true }));

  it('lists versions by their manifests', async () => {
    const result = await runCli(['models', 'list', '--dir', models, '--json']);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(result.stdout)).toEqual({
      models: [
        {
          name: 'photos',
          version: 1,
          state: 'listed',
          kind: 'vision',
          title: 'EfficientNet-Lite0, ImageNet-1K',
          precision: 'fp32',
          licence: 'Apache-2.0',
          bytes: 23_794_718,
        },
      ],
    });
  });

  it('lists a version that cannot be used with its reason', async () => {
    rmSync(join(models, 'photos/1/labels.tsv'));
    const { code, stdout } = await runCli(['models', 'list'], { MODELS_DIR: models });
    expect(code).toBe(0);
    expect(stdout).toBe('photos:1\trefused: labels.tsv is missing\n');
  });

  it('verifies the models of this repository, and demands no variable of serving', async () => {
    const result = await runCli(['models', 'verify', '--json']);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    const { models: verified } = JSON.parse(result.stdout);
    expect(verified).toContainEqual({ name: 'vision', version: 1, state: 'ready' });
  });

  it.each(DAMAGES)(
    'refuses a version with %s, naming it',
    async (_title, damage, reason) => {
      cpSync(SOURCE, join(models, 'photos/2'), { recursive: true });
      damage(join(models, 'photos/2'));
      const { code, stdout } = await runCli(['models', 'verify', '--dir', models]);
      expect(code).toBe(1);
      const [refused, ready] = stdout.split('\n');
      expect(refused).toMatch(/^photos:2\trefused: /);
      expect(refused).toMatch(reason);
      expect(ready).toBe('photos:1\tready');
      const alone = await runCli(['models', 'verify', 'photos:1', '--dir', models]);
      expect(alone).toMatchObject({ code: 0, stdout: 'photos:1\tready\n' });
    },
    300_000,
  );

  it('refuses names and versions that are not there', async () => {
    const { code, stdout } = await runCli([
      'models',
      'verify',
      'cats',
      'photos:7',
      '--dir',
      models,
    ]);
    expect(code).toBe(1);
    expect(stdout).toBe(
      'photos:7\trefused: model.json is missing\n' +
        'cats\trefused: no such version in the models folder\n',
    );
  });

  it('says which folder it cannot read', async () => {
    const { code, stderr } = await runCli(['models', 'list', '--dir', join(models, 'nowhere')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/nowhere cannot be read \(ENOENT\)/);
  });
});
