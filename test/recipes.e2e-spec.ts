import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROOT } from './support/cli.js';
import { type Answer, TestServer } from './support/server.js';

const FIXTURES = join(ROOT, 'test/fixtures/models');
/** Rows that a request to these models may hold. */
const MAX_ROWS = 32;
/** Rows that are sent one by one. */
const ALONE = 20;
/** Rows that are sent at the same time. */
const AT_ONCE = 40;

const MODELS: [name: string, made: string][] = [
  ['churn', 'a scikit-learn pipeline over texts and numbers'],
  ['tumours', 'a LightGBM classifier'],
  ['digits', 'a PyTorch network'],
  ['wine', 'a Keras network'],
];

interface Tensor {
  datatype: string;
  shape: number[];
  data: (number | string)[];
}

type Tensors = Record<string, Tensor>;

interface Parity {
  tolerance: number;
  inputs: Tensors;
  outputs: Tensors;
}

describe('a server of the models that the recipes make', () => {
  let server: TestServer;
  beforeAll(async () => {
    const names = MODELS.map(([name]) => name).join(',');
    server = await TestServer.start({ MODELS_DIR: FIXTURES, MODELS: names });
  });
  afterAll(() => server.stop());

  describe.each(MODELS)('of %s, %s,', (model, _made) => {
    const parity = JSON.parse(readFileSync(join(FIXTURES, model, 'parity.json'), 'utf8')) as Parity;
    const rows = Object.values(parity.inputs)[0]?.shape[0] ?? 0;
    const path = `/v2/models/${model}/infer`;
    const inJson = async (inputs: Tensors) =>
      answered(await server.post(path, { inputs: named(inputs) }));

    const inBytes = async (inputs: Tensors) => {
      const parts = Object.values(inputs).map(toBytes);
      const heads = named(inputs).map(({ name, datatype, shape }, at) => {
        const size = parts[at]?.byteLength ?? 0;
        return { name, datatype, shape, parameters: { binary_data_size: size } };
      });
      const json = { inputs: heads, parameters: { binary_data_output: true } };
      const head = Buffer.from(JSON.stringify(json));
      const headers = { 'inference-header-content-length': String(head.byteLength) };
      const body = Buffer.concat([head, ...parts]);
      return answered(await server.request(path, { method: 'POST', body, headers }));
    };

    it.each([
      ['JSON', inJson],
      ['bytes', inBytes],
    ])(
      'answers held-out rows as Python does, in %s, in batches and alone',
      async (_, infer) => {
        expect(rows).toBeGreaterThan(50);
        for (let from = 0; from < rows; from += MAX_ROWS) {
          const to = Math.min(rows, from + MAX_ROWS);
          expectAlike(await infer(part(parity.inputs, from, to)), from, to);
        }
        for (let row = 0; row < ALONE; row += 1) {
          expectAlike(await infer(part(parity.inputs, row, row + 1)), row, row + 1);
        }
      },
      60_000,
    );

    it('answers rows of many callers, which share runs, as Python does', async () => {
      const answers = await Promise.all(
        Array.from({ length: AT_ONCE }, (_, row) => inJson(part(parity.inputs, row, row + 1))),
      );
      for (const [row, answer] of answers.entries()) expectAlike(answer, row, row + 1);
      expect(server.faults()).toEqual([]);
    });

    function expectAlike(got: Tensors, from: number, to: number): void {
      const expected = part(parity.outputs, from, to);
      expect(Object.keys(got)).toEqual(Object.keys(expected));
      for (const [name, { datatype, shape, data }] of Object.entries(expected)) {
        expect(got[name]).toMatchObject({ datatype, shape });
        const found = got[name]?.data ?? [];
        if (datatype !== 'FP32') expect(found).toEqual(data);
        else expect(largestDifference(found, data)).toBeLessThanOrEqual(parity.tolerance);
      }
    }
  });
});

const named = (tensors: Tensors) =>
  Object.entries(tensors).map(([name, tensor]) => ({ name, ...tensor }));

function part(tensors: Tensors, from: number, to: number): Tensors {
  const entries = Object.entries(tensors).map(([name, { datatype, shape, data }]) => {
    const width = data.length / (shape[0] ?? 1);
    const rows = data.slice(from * width, to * width);
    return [name, { datatype, shape: [to - from, ...shape.slice(1)], data: rows }];
  });
  return Object.fromEntries(entries);
}

function largestDifference(got: Tensor['data'], expected: Tensor['data']): number {
  if (got.length !== expected.length) return Infinity;
  const parts = expected.map((value, at) => {
    return Math.abs(Number(got[at]) - Number(value)) / (1 + Math.abs(Number(value)));
  });
  return Math.max(...parts);
}

function toBytes({ datatype, data }: Tensor): Buffer {
  if (datatype === 'FP32') return Buffer.from(Float32Array.from(data as number[]).buffer);
  return Buffer.concat(
    data.flatMap((text) => {
      const bytes = Buffer.from(String(text));
      const length = Buffer.alloc(4);
      length.writeUInt32LE(bytes.byteLength);
      return [length, bytes];
    }),
  );
}

/** The outputs of an answer in JSON, or in JSON with bytes behind it. */
function answered(answer: Answer): Tensors {
  expect([answer.status, answer.status === 200 ? '' : answer.text]).toEqual([200, '']);
  const { bytes, headers } = answer;
  let at = Number(headers['inference-header-content-length'] ?? bytes.byteLength);
  const { outputs } = JSON.parse(bytes.subarray(0, at).toString());
  const tensors: Tensors = {};
  for (const { name, datatype, shape, data, parameters } of outputs) {
    const size = parameters?.binary_data_size ?? 0;
    tensors[name] = { datatype, shape, data: data ?? fromBytes(datatype, bytes, at, size) };
    at += size;
  }
  return tensors;
}

function fromBytes(datatype: string, bytes: Buffer, from: number, size: number): Tensor['data'] {
  const part = bytes.subarray(from, from + size);
  const elements: Tensor['data'] = [];
  for (let at = 0; at < size;) {
    if (datatype === 'FP32') elements.push(part.readFloatLE((at += 4) - 4));
    else if (datatype === 'INT64') elements.push(Number(part.readBigInt64LE((at += 8) - 8)));
    else {
      const length = part.readUInt32LE(at);
      elements.push(part.toString('utf8', at + 4, (at += 4 + length)));
    }
  }
  return elements;
}
