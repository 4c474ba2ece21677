import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROOT, runCli } from './support/cli.js';
import { modelsFolder } from './support/models.js';
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
  });
});

type Member = Record<string, unknown>;

describe('a server of tensor models', () => {
  const models = modelsFolder();
  let server: TestServer;
  beforeAll(async () => {
    const graph = join(ROOT, 'test/fixtures/graphs/wide.onnx');
    expect((await runCli(['models', 'add', graph, '--name', 'wide', '--dir', models])).code).toBe(
      0,
    );
    server = await TestServer.start({ MODELS_DIR: models, MODELS: 'identity,wide' });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(models, { recursive: true });
  });

  const ELEMENTS = { BOOL: true, BYTES: 'é' };
  const DATATYPES =
    'BOOL UINT8 UINT16 UINT32 UINT64 INT8 INT16 INT32 INT64 FP16 FP32 FP64 BYTES'.split(' ');

  /** A request of every input; `changed` by datatype, `rest` beside the inputs. */
  const requestOf = (rows: number, changed: Record<string, Member> = {}, rest: Member = {}) => {
    const inputs = DATATYPES.map((datatype) => {
      const element = ELEMENTS[datatype as keyof typeof ELEMENTS] ?? 1;
      const data = Array(rows).fill(element);
      return { name: `in_${datatype}`, datatype, shape: [rows, 1], data, ...changed[datatype] };
    });
    return { inputs, ...rest };
  };
  const infer = (json: object | string, bytes?: Buffer, model = 'identity') => {
    const head = Buffer.from(typeof json === 'string' ? json : JSON.stringify(json));
    const body = Buffer.concat([head, bytes ?? Buffer.alloc(0)]);
    const headers = bytes && { 'inference-header-content-length': String(head.byteLength) };
    const path = `/v2/models/${model}/infer`;
    return server.request(path, { method: 'POST', body, ...(headers && { headers }) });
  };
  const only = (...names: string[]) => ({
    outputs: names.map((name) => ({ name: `out_${name}` })),
  });

  it('is ready once their golden tensors came out in every datatype, and lists them', async () => {
    const { models: listed } = (await server.request('/v1/models')).json();
    expect(listed).toContainEqual(
      expect.objectContaining({ name: 'identity', state: 'ready', serving: true, kind: 'tensor' }),
    );
  });

  it.each(['', '/versions/1', '/versions/2'])(
    'answers every route of a model at %j, and its example as it stands',
    async (version) => {
      const of = `/v2/models/identity${version}`;
      for (const route of ['', '/ready', '/config', '/stats', '/docs/openapi.json']) {
        const answer = await server.request(`${of}${route}`);
        expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json']);
      }
      expect((await server.request(`${of}/docs`, { key: null })).text).toContain('<html');
      const { paths } = (await server.request(`${of}/docs/openapi.json`)).json();
      const { example } = paths[`${of}/infer`].post.requestBody.content['application/json'];
      const answer = await infer(example, undefined, `identity${version}`);
      expect(answer.json()).toMatchObject({ model_version: version.at(-1) ?? '2' });
    },
  );

  it('lists what is in the repository as plain application/json', async () => {
    const { headers, text } = await server.post('/v2/repository/index', {});
    expect(headers['content-type']).toBe('application/json');
    expect(text).toContain('"name":"identity","version":"2","state":"READY"');
  });

  it('keeps 64-bit integers exact in JSON, in both directions', async () => {
    const changed = { INT64: { data: ['-9223372036854775808'] }, UINT64: { data: ['U'] } };
    const text = JSON.stringify(requestOf(1, changed, only('UINT64', 'INT64')));
    const numbers = text.replace('"U"', '18446744073709551615').replaceAll(/"(-9\d+)"/g, '$1');
    const { text: answer } = await infer(numbers);
    expect(answer).toContain('"name":"out_UINT64","datatype":"UINT64","shape":[1,1],"data":[18446');
    expect(answer).toContain('[18446744073709551615]');
    expect(answer).toContain('[-9223372036854775808]');
  });

  it('refuses what JSON cannot tell, and carries it as bytes', async () => {
    const parameters = { binary_data_size: 4 };
    const bytes = { FP32: { data: undefined, parameters } };
    const nan = Buffer.from(Float32Array.of(NaN).buffer);
    const asText = JSON.stringify(requestOf(1, { FP32: { data: ['N'] } })).replace('"N"', 'NaN');
    for (const answer of [await infer(asText), await infer(requestOf(1, bytes, only('FP32')), nan)])
      expect(answer.json()).toMatchObject({ status: 400, type: '/docs/errors/not-finite' });
    const rest = { ...only('FP32'), parameters: { binary_data_output: true } };
    const carried = await infer(requestOf(1, bytes, rest), nan);
    expect(carried.status).toBe(200);
    expect(carried.headers['content-type']).toBe('application/octet-stream');
  });

  it('reads FP16 as numbers and BF16 as bytes', async () => {
    const half = { FP16: { data: [0.1] } };
    const bf16 = { datatype: 'BF16', data: undefined, parameters: { binary_data_size: 2 } };
    const rest = only('FP16', 'FP32');
    const answer = await infer(
      requestOf(1, { ...half, FP32: bf16 }, rest),
      Buffer.from('c03f', 'hex'),
    );
    const data = answer.json().outputs.map((output: Member) => output['data']);
    expect(data).toEqual([[0.0999755859375], [1.5]]);
  });

  it('takes no rows, several and no more than its limit', async () => {
    for (const rows of [0, 1, 4]) {
      const [text] = (await infer(requestOf(rows, {}, only('BYTES')))).json().outputs;
      expect(text).toMatchObject({ shape: [rows, 1], data: Array(rows).fill('é') });
    }
    const many = await infer(requestOf(5));
    expect([many.status, many.json().error]).toEqual([
      400,
      expect.stringContaining("The input 'in_BOOL' has 5 rows, expected at most 4"),
    ]);
  });

  it.each([
    [
      [2, 3, 1],
      [1, 2, 3, 4, 5, 6],
    ],
    [
      [1, 2, 2],
      [
        [
          [1, 2],
          [3, 4],
        ],
      ],
    ],
  ])('takes free dimensions as they come: %j', async (shape, data) => {
    const inputs = [{ name: 'x', datatype: 'FP32', shape, data }];
    const [y] = (await infer({ inputs }, undefined, 'wide')).json().outputs;
    expect(y).toMatchObject({ shape, data: (data as number[]).flat(3).map((value) => value * 2) });
  });
});
