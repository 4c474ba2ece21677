import { describe, expect, it } from '@jest/globals';
import { RequestError } from '../../http/request.errors.js';
import type { Datatype } from '../../engine/tensor.js';
import type { ModelFace } from './infer.request.js';
import { parseInferRequest } from './request.parser.js';

function modelOf(...inputs: [Datatype, readonly number[]][]): ModelFace {
  const specs = inputs.map(([datatype, shape], index) => ({ name: `in${index}`, datatype, shape }));
  const outputs = [
    { name: 'scores', datatype: 'FP32' as const, shape: [-1, 3] },
    { name: 'names', datatype: 'BYTES' as const, shape: [-1] },
  ];
  return { inputs: specs, outputs, files: [], maxRows: 8 };
}

const VISION: ModelFace = { ...modelOf(['UINT8', [-1, 2, 2, 3]]), files: ['in0'] };

const input = (datatype: string, shape: number[], rest: object) => {
  return { name: 'in0', datatype, shape, ...rest };
};

function parse(face: ModelFace, request: object | string, binary?: Buffer) {
  const json = Buffer.from(typeof request === 'string' ? request : JSON.stringify(request));
  if (binary === undefined) return parseInferRequest({ bytes: json, jsonBytes: undefined }, face);
  const bytes = Buffer.concat([json, binary]);
  return parseInferRequest({ bytes, jsonBytes: json.byteLength }, face);
}

function dataOf(face: ModelFace, request: object | string, binary?: Buffer): unknown[] {
  const { in0 } = parse(face, request, binary).inputs;
  return in0 !== undefined && 'data' in in0 ? Array.from(in0.data as []) : [];
}

function refusal(work: () => unknown): RequestError {
  try {
    work();
  } catch (error) {
    if (error instanceof RequestError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('an inference request in JSON', () => {
  it('takes data flat, nested as its shape and with a column for a list', () => {
    const face = modelOf(['INT32', [-1, 2]]);
    const flat = { inputs: [input('INT32', [2, 2], { data: [1, 2, 3, 4] })] };
    const nested = {
      inputs: [
        input('INT32', [2, 2], {
          data: [
            [1, 2],
            [3, 4],
          ],
        }),
      ],
    };
    expect(dataOf(face, flat)).toEqual([1, 2, 3, 4]);
    expect(dataOf(face, nested)).toEqual([1, 2, 3, 4]);
    const column = { inputs: [input('BYTES', [2, 1], { data: [['a'], ['b']] })] };
    expect(dataOf(modelOf(['BYTES', [-1]]), column)).toEqual(['a', 'b']);
  });

  it('keeps integers beyond 2^53 exact, as numbers and as decimal text', () => {
    const signed = '-9223372036854775808,9223372036854775807,"9007199254740993",0';
    const text = `{"inputs":[{"name":"in0","datatype":"INT64","shape":[4],"data":[${signed}]}]}`;
    expect(dataOf(modelOf(['INT64', [-1]]), text)).toEqual([
      -9223372036854775808n,
      9223372036854775807n,
      9007199254740993n,
      0n,
    ]);
    const unsigned = text
      .replace('INT64', 'UINT64')
      .replace(signed, '[18446744073709551615,1,2,3]');
    const nested = unsigned.replace('[4]', '[1,4]');
    expect(dataOf(modelOf(['UINT64', [1, 4]]), nested)[0]).toBe(18446744073709551615n);
  });

  it('reads other inputs as before beside exact integers', () => {
    const text =
      '{"inputs":[{"name":"in0","datatype":"FP64","shape":[1],"data":[9007199254740993]},' +
      '{"name":"in1","datatype":"INT64","shape":[1],"data":[9007199254740993]}]}';
    expect(dataOf(modelOf(['FP64', [-1]], ['INT64', [-1]]), text)).toEqual([9007199254740992]);
  });

  it.each([
    ['UINT8', 300],
    ['UINT8', -1],
    ['INT8', 128],
    ['UINT16', 65536],
    ['INT16', -32769],
    ['UINT32', 2 ** 32],
    ['INT32', 2 ** 31],
    ['UINT64', -1],
    ['INT32', 1.5],
    ['INT64', 1.5],
    ['FP16', 65520],
    ['FP32', 3.5e38],
    ['BOOL', 2],
    ['BOOL', 'true'],
    ['FP32', null],
    ['FP32', '1'],
    ['BYTES', 1],
    ['INT32', [1]],
  ] as const)('refuses the %s element %j, naming where it stands', (datatype, element) => {
    const face = modelOf([datatype, [-1]]);
    const good = datatype === 'BYTES' ? 'a' : datatype === 'BOOL' ? true : 1;
    const request = { inputs: [input(datatype, [2], { data: [good, element] })] };
    const { code, faults, message } = refusal(() => parse(face, request));
    expect([code, faults?.[0]?.pointer]).toEqual(['invalid-body', '/inputs/0/data']);
    expect(message).toContain('element 1 is');
  });

  it.each([
    ['[NaN]', 'not-finite'],
    ['[-Infinity]', 'not-finite'],
    ['[1e400]', 'invalid-body'],
    ['[1,]', 'malformed-json'],
  ])('refuses the data %s as %s', (data, code) => {
    const text = `{"inputs":[{"name":"in0","datatype":"FP64","shape":[1],"data":${data}}]}`;
    expect(refusal(() => parse(modelOf(['FP64', [-1]]), text)).code).toBe(code);
  });

  it.each([
    [{ shape: [2, 3] }, '/inputs/0/shape', 'UINT8 [2, 3], expected UINT8 [-1, 2, 2, 3]'],
    [{ shape: [9, 2, 2, 3] }, '/inputs/0/shape', 'has 9 rows, expected at most 8'],
    [{ datatype: 'FP32' }, '/inputs/0/datatype', 'expected UINT8'],
    [{ name: 'other' }, '/inputs/0/name', 'Expected an input of the model: in0'],
    [
      { data: [1, 2] },
      '/inputs/0/data',
      "The input 'in0': expected the 12 elements of shape [1, 2, 2, 3], 2 came",
    ],
    [{ data: undefined }, '/inputs/0/data', "The input 'in0': expected an array, nothing came"],
    [{ data: [[[[1, 2, 3]]]] }, '/inputs/0/data', 'at depth 2 an array of 2; one of 1 came'],
    [{ datatype: 'INT4' }, '/inputs/0/datatype', 'BF16'],
    [{ shape: [-1, 2, 2, 3] }, '/inputs/0/shape/0', '>=0'],
    [{ parameters: { binary_data_size: 12 } }, '/inputs/0/parameters/binary_data_size', 'header'],
  ])('refuses %j at %s', (change, pointer, text) => {
    const good = input('UINT8', [1, 2, 2, 3], { data: Array(12).fill(7) });
    expect(dataOf(VISION, { inputs: [good] })).toHaveLength(12);
    const { faults, message } = refusal(() => parse(VISION, { inputs: [{ ...good, ...change }] }));
    expect(faults?.[0]?.pointer).toBe(pointer);
    expect(message).toContain(text);
  });

  it('refuses a missing input, one that comes twice and inputs of different rows', () => {
    const face = modelOf(['INT32', [-1]], ['INT32', [-1, 2]]);
    const one = input('INT32', [1], { data: [1] });
    const other = { name: 'in1', datatype: 'INT32', shape: [2, 2], data: [1, 2, 3, 4] };
    expect(refusal(() => parse(face, { inputs: [one] })).message).toContain('in1 missing');
    expect(refusal(() => parse(face, { inputs: [one, one] })).message).toContain('once');
    expect(refusal(() => parse(face, { inputs: [one, other] })).message).toContain('1, 2 came');
  });

  it('takes no rows', () => {
    const none = { inputs: [input('UINT8', [0, 2, 2, 3], { data: [] })] };
    expect(parse(VISION, none).inputs['in0']).toMatchObject({ shape: [0, 2, 2, 3] });
  });

  it('reads files from base64, and text where the content type says so', () => {
    const data = [Buffer.from('file').toString('base64')];
    const { in0 } = parse(VISION, { inputs: [input('BYTES', [1], { data })] }).inputs;
    expect(in0).toMatchObject({ datatype: 'BYTES', shape: [1] });
    expect(in0 !== undefined && 'files' in in0 && String(in0.files[0])).toBe('file');
    const parameters = { content_type: 'base64' };
    const text = { inputs: [input('BYTES', [1], { data, parameters })] };
    expect(dataOf(modelOf(['BYTES', [-1]]), text)).toEqual(['file']);
  });

  it('survives nesting of any depth', () => {
    const deep = '['.repeat(50_000) + ']'.repeat(50_000);
    const text = `{"inputs":[{"name":"in0","datatype":"INT64","shape":[1],"data":${deep}}]}`;
    expect(refusal(() => parse(modelOf(['INT64', [-1]]), text)).code).toBe('invalid-body');
    const rounded = text.replace(deep, `[9007199254740993,${deep}]`).replace('[1]', '[2]');
    expect(refusal(() => parse(modelOf(['INT64', [-1]]), rounded)).code).toMatch(/json|body/);
  });

  it.each([
    [{ classification: 2 }, { name: 'scores', binary: true, classes: 2 }],
    [{ binary_data: false }, { name: 'scores', binary: false, classes: undefined }],
    [undefined, { name: 'scores', binary: true, classes: undefined }],
  ])('reads the output parameters %j', (own, wanted) => {
    const outputs = [{ name: 'scores', parameters: own }];
    const inputs = [input('INT32', [1], { data: [1] })];
    const parameters = { binary_data_output: true, timeout: 1500, priority: 1 };
    const request = parse(modelOf(['INT32', [-1]]), { id: 'a', parameters, inputs, outputs });
    expect(request).toMatchObject({ id: 'a', outputs: [wanted], timeoutMs: 1.5 });
  });

  it('answers all outputs when none are named, and refuses what it does not have', () => {
    const face = modelOf(['INT32', [-1]]);
    const inputs = [input('INT32', [1], { data: [1] })];
    const named = (request: object) => parse(face, { inputs, ...request }).outputs;
    expect(named({}).map(({ name }) => name)).toEqual(['scores', 'names']);
    expect(named({ outputs: null, id: null, parameters: null })).toHaveLength(2);
    const outputs = [{ name: 'other' }];
    expect(refusal(() => named({ outputs })).faults?.[0]?.pointer).toBe('/outputs/0/name');
    const bytes = [{ name: 'names', parameters: { classification: 1 } }];
    expect(refusal(() => named({ outputs: bytes })).message).toContain('BYTES');
    const sequence = { parameters: { sequence_id: 7 } };
    expect(refusal(() => named(sequence)).message).toContain('no sequences');
    expect(named({ parameters: { sequence_id: 0, sequence_start: false } })).toHaveLength(2);
  });
});

describe('an inference request with binary data', () => {
  const header = (datatype: string, shape: number[], size: number) => {
    return { inputs: [input(datatype, shape, { parameters: { binary_data_size: size } })] };
  };

  it('takes BF16 where the model takes FP32', () => {
    const bytes = Buffer.from(Uint16Array.of(0x3f80, 0xc000, 0x7f80).buffer);
    const request = header('BF16', [3], 6);
    expect(dataOf(modelOf(['FP32', [-1]]), request, bytes)).toEqual([1, -2, Infinity]);
    const json = { inputs: [input('BF16', [3], { data: [1, 2, 3] })] };
    expect(refusal(() => parse(modelOf(['FP32', [-1]]), json)).message).toContain('binary');
  });

  it.each([
    ['fewer bytes than said', header('INT32', [2], 8), 7],
    ['more bytes than said', header('INT32', [2], 8), 9],
    ['a size that is not the shape', header('INT32', [2], 12), 12],
    ['a size beyond all bounds', header('INT32', [2], Number.MAX_SAFE_INTEGER), 8],
    ['a shape beyond all bounds', header('INT32', [2 ** 52], 8), 8],
  ])('refuses %s', (_name, request, bytes) => {
    const { code } = refusal(() => parse(modelOf(['INT32', [-1]]), request, Buffer.alloc(bytes)));
    expect(code).toBe('invalid-body');
  });

  it.each([
    ['an element that is cut off', [5, 0, 0, 0, 97]],
    ['a length that is cut off', [1, 0, 0]],
    ['an element too few', []],
    ['an element too many', [1, 0, 0, 0, 97, 0, 0, 0, 0]],
    ['a length beyond all bounds', [255, 255, 255, 255, 97]],
    ['bytes that are not UTF-8', [1, 0, 0, 0, 255]],
  ])('refuses BYTES with %s', (_name, bytes) => {
    const request = header('BYTES', [1], bytes.length);
    const { code } = refusal(() => parse(modelOf(['BYTES', [-1]]), request, Buffer.from(bytes)));
    expect(code).toBe('invalid-body');
  });

  it('refuses BOOL bytes other than 0 and 1, data beside bytes and a header that is too long', () => {
    const face = modelOf(['BOOL', [-1]]);
    const request = header('BOOL', [2], 2);
    expect(dataOf(face, request, Buffer.from([1, 0]))).toEqual([1, 0]);
    const wrong = refusal(() => parse(face, request, Buffer.from([1, 2])));
    expect(wrong.message).toContain('element 1 is 2');
    const both = { inputs: [{ ...request.inputs[0], data: [true, false] }] };
    expect(refusal(() => parse(face, both, Buffer.alloc(2))).message).toContain('or binary');
    const bytes = Buffer.from('{}');
    const long = refusal(() => parseInferRequest({ bytes, jsonBytes: 3 }, face));
    expect(long.message).toContain('is 3, but the body has 2 bytes');
  });
});

describe('a raw binary request', () => {
  const raw = (face: ModelFace, bytes: Buffer) => {
    return parseInferRequest({ bytes, jsonBytes: 0 }, face).inputs['in0'];
  };

  it('is one file, one text or as many rows as lie in it', () => {
    expect(raw(VISION, Buffer.from('photo'))).toMatchObject({ datatype: 'BYTES', shape: [1] });
    expect(raw(modelOf(['BYTES', [-1]]), Buffer.from('text'))).toMatchObject({ data: ['text'] });
    expect(raw(modelOf(['INT32', [-1, 2]]), Buffer.alloc(24))).toMatchObject({ shape: [3, 2] });
    expect(raw(modelOf(['INT32', [1, 2]]), Buffer.alloc(8))).toMatchObject({ shape: [1, 2] });
  });

  it('is refused where it does not fit', () => {
    const cases: [ModelFace, number][] = [
      [modelOf(['INT32', [-1, 2]]), 12],
      [modelOf(['INT32', [-1, 2]]), 0],
      [modelOf(['INT32', [1, 2]]), 16],
      [modelOf(['INT32', [-1, 2]]), 8 * 9],
      [modelOf(['INT32', [-1, -1]]), 16],
      [modelOf(['INT32', [-1]], ['INT32', [-1]]), 16],
    ];
    for (const [face, bytes] of cases) {
      expect(refusal(() => raw(face, Buffer.alloc(bytes))).code).toBe('invalid-body');
    }
  });
});
