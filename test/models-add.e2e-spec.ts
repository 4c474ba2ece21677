import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ROOT, runCli } from './support/cli.js';

// Each run starts the command and its models anew.
jest.setTimeout(60_000);

const GRAPHS = join(ROOT, 'test/fixtures/graphs');

/** Files that cannot be served, and what the message must say. */
const REFUSED: [file: string, reason: RegExp][] = [
  ['make_graphs.py', /make_graphs\.py is not an ONNX file: /],
  ['zipmap.onnx', /'y' is a sequence or map, not a tensor: export .*'zipmap': False/],
  ['future.onnx', /cannot be served: .*Opset 99 is under development.*till opset \d+/],
  ['fives.onnx', /takes no made-up inputs, give real ones with --golden FILE: .*Reshape node/],
  ['outside.onnx', /the graph's weights lie outside of its folder: \.\.\/outside\.bin/],
];

describe('nestor models add', () => {
  let models: string;
  beforeAll(() => {
    models = mkdtempSync(join(tmpdir(), 'nestor-models-'));
  });
  afterAll(() => rmSync(models, { recursive: true, force: true }));

  const add = (graph: string, ...options: string[]) =>
    runCli(['models', 'add', join(GRAPHS, graph), '--dir', models, ...options]);
  const read = (path: string) => JSON.parse(readFileSync(join(models, path), 'utf8'));

  it('makes a version whose rows may share a run, and never overwrites one', async () => {
    const options = ['--name', 'double', '--title', 'Twice x', '--licence', 'MIT', '--json'];
    const { code, stdout, stderr } = await add('double.onnx', ...options);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      name: 'double',
      version: 1,
      folder: join(models, 'double/1'),
      maxBatchRows: 32,
      golden: 'first answers',
    });
    expect(read('double/1/model.json')).toMatchObject({
      kind: 'tensor',
      title: 'Twice x',
      framework: 'make_graphs',
      licence: { spdx: 'MIT' },
      source: 'double.onnx',
      limits: { maxBatchRows: 32 },
    });
    const again = await add('double.onnx', '--name', 'double');
    expect(again.stdout).toMatch(/^double:2\tadded\tup to 32 rows a run/);
    const taken = await add('double.onnx', '--name', 'double', '--version', '1');
    expect(taken).toMatchObject({ code: 1, stdout: '' });
    expect(taken.stderr).toMatch(/double\/1 exists and is not overwritten/);
  });

  it('makes what the server accepts', async () => {
    await add('lookup.onnx', '--name', 'lookup');
    const { code, stdout } = await runCli(['models', 'verify', 'lookup', '--dir', models]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'lookup:1\tready\n' });
  });

  it('runs rows one by one where they would influence each other', async () => {
    expect((await add('mixing.onnx', '--name', 'mixing')).stdout).toMatch(/one row a run/);
    const forced = await add('mixing.onnx', '--name', 'forced', '--max-batch-rows', '4');
    expect(forced.code).toBe(1);
    expect(forced.stderr).toMatch(/cases in one batch .*limits\.maxBatchRows must be 1/);
    const fixed = await add('fixed.onnx', '--name', 'fixed', '--max-batch-rows', '4');
    expect(fixed.stderr).toMatch(/'x' \[2, 3\] has no free first dimension/);
  });

  it('brings the weights that lie beside the graph', async () => {
    await add('external.onnx', '--name', 'external');
    expect(existsSync(join(models, 'external/1/weights/external.bin'))).toBe(true);
    const files = read('external/1/model.json').files.map(({ path }: { path: string }) => path);
    expect(files).toEqual(['model.onnx', 'weights/external.bin']);
  });

  it('takes golden answers and class names, and refuses those that are wrong', async () => {
    const tensor = (...data: number[]) => ({ datatype: 'FP32', shape: [1, 3], data });
    const golden = join(models, 'answers.json');
    const labels = join(models, 'names.txt');
    const write = (...y: number[]) => {
      const cases = [{ inputs: { x: tensor(1, 2, 3) }, outputs: { y: tensor(...y) } }];
      writeFileSync(golden, JSON.stringify({ tolerance: 1e-4, cases }));
    };
    writeFileSync(labels, 'red\ngreen\nblue\n');
    write(2, 4, 6);
    const options = ['--golden', golden, '--labels', labels];
    const given = await add('double.onnx', '--name', 'named', ...options);
    expect(given).toMatchObject({ code: 0, stderr: '' });
    expect(read('named/1/model.json')).toMatchObject({ labels: 'labels.txt' });
    write(2, 4, 7);
    const wrong = await add('double.onnx', '--name', 'wrong', ...options);
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toBe("golden input 1: expected output 'y' 7 at [0, 2], got 6\n");
    writeFileSync(labels, 'red\ngreen\n');
    const few = await add('double.onnx', '--name', 'wrong', '--labels', labels);
    expect(few.stderr).toMatch(/the labels file has 2 classes/);
  });

  it.each(REFUSED)('refuses %s and leaves nothing behind', async (file, reason) => {
    const { code, stdout, stderr } = await add(file, '--name', 'refused');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(reason);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(readdirSync(models).filter((name) => /refused|^\./.test(name))).toEqual([]);
  });

  it('says what is not a name or a number', async () => {
    const { stderr } = await add('double.onnx', '--name', 'a/b');
    expect(stderr).toMatch(/'a\/b' cannot be a model's name/);
    const { stderr: version } = await add('double.onnx', '--name', 'a', '--version', '0');
    expect(version).toMatch(/expected a whole number from 1/);
  });
});
