import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type CliResult, ROOT, runCli } from './support/cli.js';

// Each run starts the command and its models anew.
jest.setTimeout(60_000);

const DATA = join(ROOT, 'recipes/faq/data');
const ORIGINALS = 12;
const DUPLICATES_EACH = 6;

const folder = mkdtempSync(join(tmpdir(), 'nestor-faq-'));
const models = join(folder, 'models');
const table = (name: string) =>
  readFileSync(join(DATA, `${name}.tsv`), 'utf8')
    .trimEnd()
    .split('\n');
const file = (name: string) => join(folder, name);
const save = (name: string, content: string | Uint8Array) => {
  writeFileSync(file(name), content);
  return file(name);
};

const [originalsHeader = '', ...allOriginals] = table('originals');
const [duplicatesHeader = '', ...allDuplicates] = table('duplicates');
const originals = [originalsHeader, ...allOriginals.slice(0, ORIGINALS)];
const duplicates = [
  duplicatesHeader,
  ...originals.slice(1).flatMap((line) => {
    const answerId = line.split('\t')[1];
    return allDuplicates
      .filter((other) => other.split('\t')[1] === answerId)
      .slice(0, DUPLICATES_EACH);
  }),
];
const question = String(duplicates.at(-1)?.split('\t')[2]);
const rightId = String(originals.at(-1)?.split('\t')[0]);

const text = (lines: readonly string[]) => `${lines.join('\n')}\n`;
const build = (args: Record<string, string>, ...flags: string[]): Promise<CliResult> => {
  const given = {
    originals: file('originals.tsv'),
    duplicates: file('duplicates.tsv'),
    out: join(models, 'support'),
    ...args,
  };
  const named = Object.entries(given).flatMap(([name, value]) => [`--${name}`, value]);
  return runCli(['faq', 'build', ...named, ...flags]);
};

let built: CliResult;

beforeAll(async () => {
  save('originals.tsv', text(originals));
  save('duplicates.tsv', text(duplicates));
  save('answers.tsv', text(table('answers')));
  built = await build({ answers: file('answers.tsv'), name: 'Support' });
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('nestor faq build', () => {
  it('prints the held-out figures and shows progress beside them', () => {
    expect(built).toMatchObject({ code: 0 });
    expect(built.stdout).toContain(
      `support/1: ${ORIGINALS} originals, ${duplicates.length - 1} dup`,
    );
    for (const figure of ['Acc@1', 'Acc@2', 'Acc@3', 'MRR', 'calibration', 'AUROC']) {
      expect(built.stdout).toMatch(new RegExp(`${figure}.* [01]\\.\\d{3}\n`));
    }
    const total = ORIGINALS + duplicates.length - 1;
    expect(built.stderr).toContain(`${total}/${total}`);
    expect(built.stdout).not.toContain('embedding');
  });

  it('describes the model with what it measured and where that comes from', () => {
    const manifest = JSON.parse(readFileSync(join(models, 'support/1/model.json'), 'utf8'));
    expect(manifest).toMatchObject({
      kind: 'faq',
      title: expect.stringContaining('Support: 12 questions'),
      source: expect.stringContaining('originals.tsv, duplicates.tsv, answers.tsv'),
      probability: { from: 'centroids' },
      licence: { spdx: expect.stringContaining('LicenseRef-questions-unstated') },
    });
    expect(manifest.graphs).toHaveLength(1);
    expect(manifest.accuracy[0]).toMatchObject({ metric: 'Acc@1', value: expect.any(Number) });
    expect(manifest.accuracy[0].dataset).toMatch(/^\d+ duplicates of 12 originals/);
    expect(JSON.stringify(manifest)).not.toContain(folder);
    expect(readdirSync(join(models, 'support'))).toEqual(['1']);
  });

  it('makes a model that is served', async () => {
    const { code, stdout } = await runCli(['score', '--json', question], { MODELS_DIR: models });
    expect(code).toBe(0);
    const { model, answered, matches } = JSON.parse(stdout);
    expect(model).toEqual({ name: 'support', version: 1, precision: 'int8' });
    expect(answered).toBe(true);
    expect(matches[0].id).toBe(rightId);
    expect(matches[0].answer).toMatch(/\w+ \w+/);
  });

  it('makes the same of gzipped files with other line ends and columns, as the next version', async () => {
    const packed = gzipSync(originals.join('\r\n'));
    const turned = duplicates.map((line) => line.split('\t').toReversed().join('\t'));
    const again = await build(
      {
        originals: save('originals.tsv.gz', packed),
        duplicates: save('turned.tsv', text(turned)),
        answers: file('answers.tsv'),
        licence: 'CC0-1.0',
        source: 'written for this test',
      },
      '--json',
    );
    expect(again).toMatchObject({ code: 0 });
    const summary = JSON.parse(again.stdout);
    expect(summary).toMatchObject({
      model: { name: 'support', version: 2 },
      originals: ORIGINALS,
      duplicates: duplicates.length - 1,
      figures: { accuracyAt1: expect.any(Number), areaUnderRoc: expect.any(Number) },
    });
    for (const name of ['centroids.f32', 'originals.tsv', 'golden.json']) {
      const [one, two] = [1, 2].map((v) => readFileSync(join(models, 'support', `${v}`, name)));
      expect(two?.equals(one ?? Buffer.alloc(0))).toBe(true);
    }
    const manifest = JSON.parse(readFileSync(join(summary.folder, 'model.json'), 'utf8'));
    expect(manifest.licence.spdx).toMatch(/ AND CC0-1\.0$/);
    expect(manifest.source).toContain('written for this test');
  });

  it('never overwrites a version', async () => {
    const before = readFileSync(join(models, 'support/1/model.json'), 'utf8');
    const { code, stderr } = await build({ out: join(models, 'support/1') });
    expect(code).toBe(1);
    expect(stderr).toContain('support/1 exists and is not overwritten');
    expect(readFileSync(join(models, 'support/1/model.json'), 'utf8')).toBe(before);
  });

  const [header, first = '', ...rest] = duplicates;
  it.each([
    ['a missing file', { originals: file('none.tsv') }, 'none.tsv: no such file'],
    [
      'a missing column',
      { originals: save('column.tsv', text(originals).replace('AnswerId', 'Answer')) },
      "column.tsv, line 1: no column 'AnswerId'",
    ],
    [
      'a line of another width',
      { duplicates: save('width.tsv', text([header ?? '', `${first}\textra`, ...rest])) },
      'width.tsv, line 2: 5 columns, expected 4',
    ],
    [
      'a repeated id',
      { originals: save('twice.tsv', text([...originals, ...originals.slice(1, 2)])) },
      `twice.tsv, line ${ORIGINALS + 2}: Id '1001' is already that of line 2`,
    ],
    [
      'a duplicate of no original',
      { duplicates: save('stray.tsv', text([...duplicates, '9\t404\twhose?\t2020-01-01'])) },
      `stray.tsv, line ${duplicates.length + 1}: AnswerId '404' is that of no original`,
    ],
    [
      'an empty text',
      {
        duplicates: save(
          'empty.tsv',
          text([header ?? '', first.replace(/\t[^\t]+\t(?=[^\t]*$)/, '\t\t'), ...rest]),
        ),
      },
      'empty.tsv, line 2: Text0 is empty',
    ],
    [
      'no originals',
      { originals: save('header.tsv', text([originalsHeader])) },
      'header.tsv: no rows, expected at least 2 originals',
    ],
    [
      'a single original',
      { originals: save('single.tsv', text(originals.slice(0, 2))) },
      'single.tsv: only 1 of them, expected at least 2 originals',
    ],
    ['an encoder that is none', { encoder: 'models/vision/1' }, 'is of kind vision, expected faq'],
    [
      'a model of pairs as encoder',
      { encoder: 'test/fixtures/models/faq-pairs/1' },
      'a model that scores pairs has no encoder',
    ],
    [
      'an encoder that is not there',
      { encoder: 'models/none' },
      'encoder models/none: no such model',
    ],
  ])('refuses %s with a message and makes nothing', async (_, args, message) => {
    const out = join(models, 'refused');
    const { code, stdout, stderr } = await build({ ...args, out });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(existsSync(out)).toBe(false);
  });
});
