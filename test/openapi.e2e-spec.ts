import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestServer } from './support/server.js';

interface Operation {
  operationId: string;
  summary?: string;
  description?: string;
  security: object[];
  'x-required-scope'?: string[];
  parameters?: { $ref?: string }[];
  requestBody?: { content: Record<string, { examples?: Record<string, { value: unknown }> }> };
  responses: Record<
    string,
    { description: string; content?: Record<string, { examples?: object }> }
  >;
}

const ends = (path: string) => path.endsWith('/unload');

describe('the description of the API', () => {
  let server: TestServer;
  let operations: { path: string; method: string; operation: Operation }[];
  let document: {
    openapi: string;
    components: { examples: Record<string, { value: { type: string } }> };
  };
  beforeAll(async () => {
    server = await TestServer.start();
    const described = (await server.request('/openapi.json', { key: null })).json();
    document = described;
    operations = Object.entries<Record<string, Operation>>(described.paths).flatMap(
      ([path, item]) =>
        Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
    );
  });
  afterAll(() => server.stop());

  it('is open to anyone, in version 3.1', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(operations.length).toBeGreaterThan(10);
  });

  it('gives every operation a summary, a description, an id of its own and its responses', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { operation } of operations) {
      expect(operation.operationId).toMatch(/^[a-z][A-Za-z0-9]+$/);
      expect(operation.summary).toMatch(/^[A-Z]/);
      expect(operation.description).toMatch(/^[^]*(Needs a credential|Open to anyone)/);
      for (const { description } of Object.values(operation.responses))
        expect(description).not.toBe('');
    }
  });

  it('says of every operation who may call it, as the server does', async () => {
    for (const { path, method, operation } of operations) {
      const { status } = await server.request(path, { method: method.toUpperCase(), key: null });
      const open = operation.security.length === 0;
      expect([path, status === 401]).toEqual([path, !open]);
      expect('401' in operation.responses).toBe(!open);
    }
    const scopes = Object.fromEntries(
      operations.map(({ operation }) => [operation.operationId, operation['x-required-scope']]),
    );
    expect(scopes).toMatchObject({
      postV1FaqMatch: ['faq.score'],
      postV1VisionClassify: ['vision.score'],
      postScore: ['faq.score', 'vision.score'],
      postV2RepositoryIndex: ['models.manage'],
      getV1Models: undefined,
    });
  });

  it('has examples that answer 200 as they stand, for every body in JSON', async () => {
    let answered = 0;
    // What takes a model out of service comes last.
    const inTurn = operations.toSorted((a, b) => Number(ends(a.path)) - Number(ends(b.path)));
    for (const { path, operation } of inTurn) {
      const json = operation.requestBody?.content['application/json'];
      if (json === undefined) continue;
      expect(Object.keys(json.examples ?? {})).not.toEqual([]);
      for (const [name, { value }] of Object.entries(json.examples ?? {})) {
        // Examples for the models' own route are named by the model that they are for.
        const model = path.startsWith('/v2/repository/') ? 'faq' : name;
        const target = path.replace('{model}', model).replace('{version}', '1');
        const { status } = await server.post(target, value);
        expect([path, name, status]).toEqual([path, name, 200]);
        answered += 1;
      }
    }
    expect(answered).toBeGreaterThan(5);
  });

  it('points each error to a page that the server has', async () => {
    const examples = Object.values(document.components.examples);
    expect(examples.length).toBeGreaterThan(15);
    for (const { value } of examples) {
      expect((await server.request(value.type, { key: null })).status).toBe(200);
    }
  });

  it('documents only errors that a route can answer with', () => {
    const statuses = Object.fromEntries(
      operations.map(({ operation }) => [operation.operationId, Object.keys(operation.responses)]),
    );
    const open = ['200', '401', '403', '429', '500', '503'];
    expect(statuses['getV2']).toEqual(open);
    expect(statuses['getV2ModelsModel']?.toSorted()).toEqual([...open, '404'].toSorted());
  });

  it.each([
    ['/v1/vision/classify', 'application/problem+json', '422', 'bad-image'],
    ['/score', 'application/json', '422', 'bad-base64.error'],
  ])(
    'documents the errors of %s in the form in which it answers them',
    (path, type, status, name) => {
      const found = operations.find((one) => one.path === path)?.operation.responses[status];
      expect(JSON.stringify(found?.content?.[type]?.examples)).toContain(`/examples/${name}"`);
    },
  );
});
