import { readFileSync } from 'node:fs';
import { deflateSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, TestServer, writeKeys } from './support/server.js';

const photo = readFileSync(new URL('fixtures/photos/coffee.jpg', import.meta.url));
const QUESTION = 'how do i get rid of one element of an array';

interface Output {
  name: string;
  datatype: string;
  shape: number[];
  data?: (number | string | boolean)[];
  parameters?: { binary_data_size: number };
}

const ask = (...data: string[]) => {
  return { inputs: [{ name: 'question', shape: [data.length], datatype: 'BYTES', data }] };
};

/** Elements of BYTES, each after its length. */
function elements(...parts: Buffer[]): Buffer {
  return Buffer.concat(
    parts.flatMap((part) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(part.byteLength);
      return [length, part];
    }),
  );
}

describe('the Open Inference Protocol', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ MAX_BODY_BYTES: '2000000' });
  });
  afterAll(() => server.stop());

  const get = async (path: string) => (await server.request(`/v2${path}`)).json();
  const infer = (model: string, body: object, headers: Record<string, string> = {}) =>
    server.post(`/v2/models/${model}/infer`, body, { headers });
  const outputs = (answer: Answer): Output[] => {
    expect([answer.status, answer.status === 200 ? '' : answer.text]).toEqual([200, '']);
    return answer.json().outputs;
  };

  /** As Triton's client sends it: no Content-Type, the JSON's length in a header. */
  const send = (model: string, json: object, binary: Buffer, headers: object = {}) => {
    const head = Buffer.from(JSON.stringify(json));
    const length = { 'inference-header-content-length': String(head.byteLength) };
    const body = Buffer.concat([head, binary]);
    const path = `/v2/models/${model}/infer`;
    return server.request(path, { method: 'POST', body, headers: { ...length, ...headers } });
  };

  const image = (shape: number[], size: number, datatype = 'BYTES') => {
    const parameters = { binary_data_size: size };
    return { inputs: [{ name: 'image', shape, datatype, parameters }] };
  };
  const three = [{ name: 'logits', parameters: { classification: 3 } }];

  describe('tells of the server and its models', () => {
    it('in health routes that anyone may ask, as plain application/json', async () => {
      for (const [path, body] of [
        ['live', { live: true }],
        ['ready', { ready: true }],
      ] as const) {
        const answer = await server.request(`/v2/health/${path}`, { key: null });
        expect([answer.status, answer.json()]).toEqual([200, body]);
        expect(answer.headers['content-type']).toBe('application/json');
      }
    });

    it('with name, version and extensions', async () => {
      const { name, version, extensions } = await get('');
      expect([name, version]).toEqual(['nestor', expect.stringMatching(/^\d+\.\d+\.\d+/)]);
      expect(extensions).toContain('binary_tensor_data');
    });

    it.each(['', '/versions/1'])('with the shapes of a model, at /models/vision%s', async (of) => {
      expect(await get(`/models/vision${of}`)).toEqual({
        name: 'vision',
        versions: ['1'],
        platform: 'onnxruntime_onnx',
        inputs: [{ name: 'image', datatype: 'UINT8', shape: [-1, 224, 224, 3] }],
        outputs: [{ name: 'logits', datatype: 'FP32', shape: [-1, 1000] }],
      });
      expect(await get(`/models/faq${of}/ready`)).toEqual({ name: 'faq', ready: true });
      expect(await get(`/models/vision${of}/config`)).toMatchObject({
        max_batch_size: 64,
        input: [{ name: 'image', data_type: 'TYPE_UINT8', dims: [224, 224, 3] }],
      });
      expect((await get(`/models/faq${of}/config`)).input).toEqual([
        { name: 'question', data_type: 'TYPE_STRING', dims: [1], reshape: { shape: [] } },
      ]);
    });

    it('with counts of what was asked', async () => {
      const count = async (path: string) => (await get(path)).model_stats[0];
      const before = await count('/models/faq/stats');
      await infer('faq', ask(QUESTION, QUESTION));
      await infer('faq', ask(''));
      const after = await count('/models/faq/versions/1/stats');
      expect(after.inference_count - before.inference_count).toBe(2);
      expect(after.execution_count - before.execution_count).toBe(2);
      const { success, fail, compute_infer } = after.inference_stats;
      expect(success.count - before.inference_stats.success.count).toBe(1);
      expect(fail.count - before.inference_stats.fail.count).toBe(1);
      expect(compute_infer.ns).toBeGreaterThan(before.inference_stats.compute_infer.ns);
      expect((await get('/models/stats')).model_stats).toHaveLength(2);
    });

    it.each(['/models/none', '/models/faq/versions/2', '/models/faq/versions/x/ready'])(
      'that there is no %s',
      async (path) => {
        const answer = await server.request(`/v2${path}`);
        expect(answer.headers['content-type']).toBe('application/json');
        expect(answer.json()).toMatchObject({ status: 404, error: expect.any(String) });
      },
    );
  });

  describe('asks for the scope of the model', () => {
    let one: TestServer;
    const keys = [
      { id: 'faq', key: `nst_faq_${'f'.repeat(43)}`, scopes: ['faq.score'] },
      { id: 'models', key: `nst_models_${'m'.repeat(43)}`, scopes: ['models.score'] },
      { id: 'manage', key: `nst_manage_${'g'.repeat(43)}`, scopes: ['models.manage'] },
    ];
    beforeAll(async () => {
      one = await TestServer.start();
      writeKeys(one.folder, [...keys, { id: 'test', key: one.key, scopes: ['faq.score'] }]);
      for (let tries = 0; tries < 100; tries += 1) {
        const { status } = await one.request('/v2', { key: keys[1]?.key ?? null });
        if (status === 200) return;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    });
    afterAll(() => one.stop());

    it.each([
      ['faq', '/v2/models/faq', 200],
      ['faq', '/v2/models/vision', 403],
      ['faq', '/v2/models/none', 404],
      ['models', '/v2/models/vision/config', 200],
      ['models', '/v2/models/faq', 200],
      ['manage', '/v2/models/faq', 403],
      ['manage', '/v2', 403],
    ])('%s.*: %s is %i', async (id, path, status) => {
      const key = keys.find((one) => one.id === id)?.key ?? null;
      expect((await one.request(path, { key })).status).toBe(status);
    });

    it('before a byte of the body is read', async () => {
      const headers = { 'content-length': '1999999', connection: 'close' };
      const key = keys[0]?.key ?? null;
      const refused = await one.request('/v2/models/vision/infer', {
        method: 'POST',
        headers,
        key,
      });
      expect(refused.status).toBe(403);
      expect((await one.request('/v2/models/faq', { key: null })).status).toBe(401);
    });

    it('also where it counts', async () => {
      const key = keys[0]?.key ?? null;
      const { model_stats } = (await one.request('/v2/models/stats', { key })).json();
      expect(model_stats.map(({ name }: { name: string }) => name)).toEqual(['faq']);
    });
  });

  describe('matches questions', () => {
    it('as the v1 route does, best first', async () => {
      const { similarity, answered, matches } = (
        await server.post('/v1/faq/match', { question: QUESTION, top: 80 })
      ).json();
      const named = ['id', 'probability', 'similarity', 'answered'].map((name) => ({ name }));
      const [id, probability, cosine, found] = outputs(
        await infer('faq', { ...ask(QUESTION), outputs: named }),
      );
      expect(id?.data).toEqual(matches.map((match: { id: string }) => match.id));
      expect(probability?.shape).toEqual([1, 80]);
      expect(probability?.data?.[0]).toBeCloseTo(matches[0].probability, 6);
      expect(cosine?.data?.[0]).toBeCloseTo(similarity, 6);
      expect(found?.data).toEqual([answered]);
    });

    it('row by row, with the outputs and the order that are asked for', async () => {
      const rows = ['boil an egg', QUESTION, 'what is a closure'];
      const wanted = { outputs: [{ name: 'answered' }, { name: 'id' }], id: 'Nº 7' };
      const answer = await infer('faq/versions/1', { ...ask(...rows), ...wanted });
      expect(answer.json()).toMatchObject({ model_name: 'faq', model_version: '1', id: 'Nº 7' });
      const [answered, id, ...rest] = outputs(answer);
      expect([answered?.name, answered?.data, rest]).toEqual(['answered', [false, true, true], []]);
      expect(id?.shape).toEqual([3, 80]);
      const [alone] = outputs(await infer('faq', { ...ask(QUESTION), outputs: [{ name: 'id' }] }));
      expect(id?.data?.slice(80, 160)).toEqual(alone?.data);
    });

    it('of no rows with no rows', async () => {
      const shapes = outputs(await infer('faq', ask())).map(({ shape, data }) => [shape, data]);
      expect(shapes).toEqual([
        [[0, 80], []],
        [[0, 80], []],
        [[0], []],
        [[0], []],
      ]);
    });

    it('and says which of several rows is wrong', async () => {
      const answer = await infer('faq', ask(QUESTION, ' '));
      expect([answer.status, answer.json().error]).toEqual([
        400,
        expect.stringMatching(/^Row 1: /),
      ]);
      const long = await infer('faq', ask('a '.repeat(6_000)));
      expect([long.status, long.json().error]).toEqual([400, expect.stringContaining('too long')]);
      const many = await infer('faq', ask(...Array(65).fill(QUESTION)));
      expect(many.json().error).toContain('65 rows, expected at most 64');
    });
  });

  describe('carries tensors as bytes', () => {
    it('in both directions, one output or all', async () => {
      const parameters = { binary_data_output: true };
      const json = { ...image([2], photo.byteLength * 2 + 8), parameters };
      const answer = await send('vision', json, elements(photo, photo));
      expect(answer.headers['content-type']).toBe('application/octet-stream');
      const length = Number(answer.headers['inference-header-content-length']);
      const {
        outputs: [logits],
      } = JSON.parse(answer.text.slice(0, length));
      expect(logits).toMatchObject({ shape: [2, 1000], parameters: { binary_data_size: 8000 } });
      expect(Number(answer.headers['content-length'])).toBe(length + 8000);
    });

    it('whatever the Content-Type says, and answers JSON where bytes are not asked for', async () => {
      const json = { ...image([1], photo.byteLength + 4), outputs: three };
      const headers = { 'content-type': 'application/json', accept: 'application/octet-stream' };
      const [logits] = outputs(await send('vision', json, elements(photo), headers));
      expect(logits).toMatchObject({ datatype: 'BYTES', shape: [1, 3] });
      expect(logits?.data?.[0]).toMatch(/^\d+\.\d+:967:espresso$/);
    });

    it('as the body alone', async () => {
      const answer = await server.request('/v2/models/vision/infer', {
        method: 'POST',
        body: photo,
        headers: { 'inference-header-content-length': '0' },
      });
      const [logits] = outputs(answer);
      const data = logits?.data as number[];
      expect(data.indexOf(Math.max(...data))).toBe(967);
      const question = await server.request('/v2/models/faq/infer', {
        method: 'POST',
        body: QUESTION,
        headers: { 'inference-header-content-length': '0' },
      });
      expect(outputs(question).find(({ name }) => name === 'answered')?.data).toEqual([true]);
    });

    it('as the graph takes them, the same as JSON', async () => {
      const pixels = Buffer.from(Uint8Array.from({ length: 2 * 150_528 }, (_, i) => (i * 7) % 256));
      const json = { ...image([2, 224, 224, 3], pixels.byteLength, 'UINT8'), outputs: three };
      const [bytes] = outputs(await send('vision', json, pixels));
      const data = [...pixels];
      const inputs = [{ name: 'image', shape: [2, 224, 224, 3], datatype: 'UINT8', data }];
      // Longer than what is parsed on the event loop.
      const [parsed] = outputs(await infer('vision', { inputs, outputs: three }));
      expect(parsed).toEqual(bytes);
      const long = { inputs: [{ ...inputs[0], data: [...data.slice(1), 256] }] };
      const refused = await infer('vision', long);
      expect(refused.json()).toMatchObject({
        status: 400,
        errors: [{ pointer: '/inputs/0/data', message: expect.stringContaining('256') }],
      });
    });

    it.each([
      ['gzip', gzipSync],
      ['deflate', deflateSync],
    ])('packed by %s', async (encoding, pack) => {
      const head = Buffer.from(JSON.stringify({ ...image([1], photo.byteLength + 4) }));
      const answer = await server.request('/v2/models/vision/infer', {
        method: 'POST',
        body: pack(Buffer.concat([head, elements(photo)])),
        headers: {
          'content-encoding': encoding,
          'inference-header-content-length': String(head.byteLength),
        },
      });
      expect(outputs(answer)[0]?.shape).toEqual([1, 1000]);
      const bomb = await server.request('/v2/models/vision/infer', {
        method: 'POST',
        body: pack(Buffer.alloc(3_000_000)),
        headers: { 'content-encoding': encoding },
      });
      expect(bomb.json()).toMatchObject({ status: 413, type: '/docs/errors/body-too-large' });
    });
  });

  describe('has a page for each model', () => {
    it('that shows nothing to who has no credential', async () => {
      const page = await server.request('/v2/models/none/docs', { key: null });
      expect([page.status, page.headers['content-type']]).toEqual([
        200,
        'text/html; charset=utf-8',
      ]);
      for (const file of page.text.match(/(?<=src="|href=")[^"]+/g) ?? []) {
        expect((await server.request(file, { key: null })).status).toBe(200);
      }
      const closed = await server.request('/v2/models/faq/docs/openapi.json', { key: null });
      expect(closed.status).toBe(401);
    });

    it.each(['faq', 'vision', 'vision/versions/1'])(
      'with an example that %s answers',
      async (of) => {
        const { openapi, paths } = await get(`/models/${of}/docs/openapi.json`);
        expect(openapi).toBe('3.1.0');
        const { post } = paths[`/v2/models/${of}/infer`];
        const { example } = post.requestBody.content['application/json'];
        expect(JSON.stringify(example).length).toBeLessThan(15_000);
        expect(outputs(await infer(of, example))[0]?.shape[0]).toBe(1);
      },
    );
  });

  it('packs its answer where that is asked for', async () => {
    const response = await fetchRaw(server, '/v2/models/faq/infer', ask(QUESTION), 'gzip');
    expect(response.encoding).toBe('gzip');
    expect(JSON.parse(gunzipSync(response.body).toString()).model_name).toBe('faq');
    expect((await infer('faq', ask(QUESTION))).headers['content-encoding']).toBeUndefined();
  });

  it('reads files from base64 and says what is wrong with one of them', async () => {
    const data = [photo.toString('base64'), Buffer.from('no image').toString('base64')];
    const input = (texts: string[]) => {
      return { inputs: [{ name: 'image', shape: [texts.length], datatype: 'BYTES', data: texts }] };
    };
    expect(outputs(await infer('vision', input(data.slice(0, 1))))[0]?.shape).toEqual([1, 1000]);
    const bad = await infer('vision', input(data));
    expect([bad.status, bad.json().error]).toEqual([422, expect.stringMatching(/^Row 1: /)]);
    const broken = await infer('vision', input(['!!!']));
    expect(broken.json()).toMatchObject({ status: 422, errors: [{ pointer: '/inputs/0/data/0' }] });
  });

  it.each([
    [{ inputs: [] }, 400, '/inputs'],
    [{ ...ask(QUESTION), outputs: [{ name: 'none' }] }, 400, '/outputs/0/name'],
    [{ ...ask(QUESTION), parameters: { timeout: 1.5 } }, 400, '/parameters/timeout'],
    [{ ...ask(QUESTION), parameters: { sequence_id: 1 } }, 400, '/parameters/sequence_id'],
    [{ ...ask(QUESTION), parameters: { timeout: 1 } }, 504, undefined],
    [{ ...ask(QUESTION), parameters: { timeout: 9_000_000, priority: 1 } }, 200, undefined],
  ])('answers %j with %i', async (body, status, pointer) => {
    const answer = await infer('faq', body);
    expect([answer.status, answer.json().errors?.[0]?.pointer]).toEqual([status, pointer]);
    if (status !== 200) expect(answer.headers['content-type']).toBe('application/json');
  });

  it.each(['-1', '1e3', 'x', '1, 1', '9007199254740993'])(
    'refuses %s as the length of the JSON',
    async (length) => {
      const headers = { 'inference-header-content-length': length };
      expect((await infer('faq', ask(QUESTION), headers)).status).toBe(400);
    },
  );

  it('still answers after all of this', async () => {
    expect((await infer('faq', ask(QUESTION))).status).toBe(200);
    const faults = server.faults().filter(({ status }) => status !== 504);
    expect(faults).toEqual([]);
  });
});

async function fetchRaw(server: TestServer, path: string, body: object, encoding: string) {
  const { request } = await import('node:https');
  return new Promise<{ encoding: string | undefined; body: Buffer }>((resolve, reject) => {
    const headers = { 'x-api-key': server.key, 'accept-encoding': encoding };
    const options = { method: 'POST', headers, ca: server.certificate };
    const sent = request(`${server.url}${path}`, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ encoding: response.headers['content-encoding'], body: Buffer.concat(chunks) }),
      );
    });
    sent.once('error', reject).end(JSON.stringify(body));
  });
}
