import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestServer } from './support/server.js';

const fixture = (file: string) => readFileSync(new URL(`fixtures/${file}`, import.meta.url));

interface Prediction {
  index: number;
  wnid: string;
  label: string;
  probability: number;
}

const parity = JSON.parse(fixture('vision/parity.json').toString()) as {
  tolerance: { probability: number };
  cases: { file: string; tolerance?: { probability: number }; expect: Prediction[] }[];
  refused: { file: string; reason: string }[];
};

const coffee = fixture('photos/coffee.jpg');
const base64 = coffee.toString('base64');

describe('image classification', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ MODELS: 'vision' });
  });
  afterAll(() => server.stop());

  const classify = (body: Buffer, type = 'application/octet-stream', query = '') =>
    server.request(`/v1/vision/classify${query}`, {
      method: 'POST',
      body,
      headers: { 'content-type': type },
    });

  it.each(parity.cases.map((one) => [one.file, one] as const))(
    'agrees with the Python pipeline on %s',
    async (file, { expect: expected, tolerance = parity.tolerance }) => {
      const answer = await classify(fixture(file), undefined, '?top=100');
      const { predictions } = answer.json() as { predictions: Prediction[] };
      const [first, second] = expected;
      // A near-tie may turn over within the tolerance; any other first place must be the same.
      if ((first?.probability ?? 0) - (second?.probability ?? 0) > tolerance.probability) {
        expect(predictions[0]?.wnid).toBe(first?.wnid);
      }
      for (const { index, probability } of expected) {
        const ours = predictions.find((one) => one.index === index)?.probability ?? NaN;
        expect(Math.abs(ours - probability)).toBeLessThanOrEqual(tolerance.probability);
      }
    },
  );

  it('takes an image as a form field, as base64 and as a data: URL with line breaks', async () => {
    const raw = (await classify(coffee, 'image/jpeg')).json();
    const boundary = 'nestor-form';
    const form = Buffer.concat([
      Buffer.from(
        `--${boundary}\r\ncontent-disposition: form-data; name="image"; filename="a.jpg"\r\n` +
          'content-type: image/jpeg\r\n\r\n',
      ),
      coffee,
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]);
    const wrapped = base64.replace(/.{76}/g, '$&\r\n');
    const others = await Promise.all([
      classify(form, `multipart/form-data; boundary=${boundary}`),
      server.post('/v1/vision/classify', { image: base64 }),
      server.post('/v1/vision/classify', { image: wrapped }),
      server.post('/v1/vision/classify', { image: `data:image/jpeg;base64,${base64}` }),
    ]);
    for (const answer of others) {
      expect(answer.status).toBe(200);
      expect(answer.json()).toEqual(raw);
    }
  });

  it('answers as many classes as asked, best first', async () => {
    const { predictions, model } = (await classify(coffee, 'image/jpeg', '?top=5')).json();
    expect(model).toEqual({ name: 'vision', version: 1, precision: 'fp32' });
    expect(predictions).toHaveLength(5);
    expect(predictions[0]).toMatchObject({ index: 967, wnid: 'n07920052', label: 'espresso' });
    const probabilities = predictions.map(({ probability }: Prediction) => probability);
    expect(probabilities).toEqual(probabilities.toSorted((a: number, b: number) => b - a));
    const two = await server.post('/v1/vision/classify?top=5', { image: base64, top: 2 });
    expect(two.json().predictions).toHaveLength(2);
  });

  it.each([
    ['truncated.jpg', 422, 'bad-image'],
    ['huge-header.png', 413, 'image-too-large'],
    ['drawing.svg', 422, 'bad-image'],
    ['page.pdf', 422, 'bad-image'],
    ['text.jpg', 422, 'bad-image'],
    ['empty.jpg', 422, 'bad-image'],
  ])('refuses %s with %i', async (file, status, code) => {
    const answer = await classify(fixture(`vision/${file}`));
    expect(answer.status).toBe(status);
    expect(answer.json()).toMatchObject({ type: `/docs/errors/${code}`, status });
  });

  it.each([
    ['broken base64', { image: `${base64.slice(0, 100)}!!!${base64.slice(100)}` }, 422],
    ['base64 cut inside a group', { image: base64.slice(0, 101) }, 422],
    ['an empty text', { image: '' }, 422],
    ['no image', {}, 400],
    ['an image of a wrong type', { image: [1, 2, 3] }, 400],
    ['a member that does not exist', { image: base64, tpo: 3 }, 400],
    ['top of 0', { image: base64, top: 0 }, 400],
    ['top above 100', { image: base64, top: 101 }, 400],
  ])('refuses %s with %s', async (_name, body, status) => {
    const answer = await server.post('/v1/vision/classify', body);
    expect(answer.status).toBe(status);
    expect(answer.json().detail.length).toBeGreaterThan(20);
  });

  it('refuses a form without an image and a form that is no form', async () => {
    const type = 'multipart/form-data; boundary=x';
    const other = Buffer.from(
      '--x\r\ncontent-disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n',
    );
    for (const body of [other, Buffer.from('no form'), Buffer.alloc(0)]) {
      const answer = await classify(body, type);
      expect(answer.status).toBe(400);
    }
    expect((await classify(coffee, 'multipart/form-data')).status).toBe(400);
  });

  describe('over the reference routes', () => {
    it.each(['/score', '/vision/score'])('%s answers named images', async (route) => {
      const input = { 'a.jpg': `"${base64}"`, 'b.jpg': `b'${base64}'`, __proto__x: base64 };
      const answer = await server.post(route, { input });
      expect(answer.status).toBe(200);
      const [images, time] = answer.json().result;
      expect(time).toMatch(/^Computed in \d+ ms$/);
      expect(Object.keys(images)).toEqual(['a.jpg', 'b.jpg', '__proto__x']);
      for (const top of Object.values(images) as [string, number][][]) {
        expect(top).toHaveLength(3);
        expect(top[0]).toEqual(['n07920052 espresso', expect.closeTo(0.953, 1)]);
      }
    });

    it('answers the form of the Keras service with a text', async () => {
      const input = JSON.stringify({ 'lynx.jpg': base64 });
      const answer = await server.post('/score', { input });
      const { result } = answer.json();
      expect(typeof result).toBe('string');
      const [{ 'lynx.jpg': top }, time] = JSON.parse(result);
      expect(time).toMatch(/^Computed in/);
      expect(top[0]).toEqual(['n07920052', 'espresso', expect.closeTo(0.953, 1)]);
    });

    it('refuses 10,000 labels, no label and a value that is no text', async () => {
      const many = Object.fromEntries(
        Array.from({ length: 10_000 }, (_, i) => [`image${i}`, 'AAAA']),
      );
      for (const input of [many, {}, { a: 1 }, 5, null, ['x']]) {
        const answer = await server.post('/score', { input });
        expect(answer.status).toBe(400);
        expect(answer.headers['content-type']).toBe('application/json');
        expect(answer.json()).toMatchObject({ status: 400, error: expect.any(String) });
      }
    });

    it('wants application/json', async () => {
      const headers = { 'content-type': 'text/plain' };
      expect((await server.post('/score', { input: 'x' }, { headers })).status).toBe(415);
    });
  });

  it('still answers after all of this', async () => {
    expect(server.process.exitCode).toBeNull();
    expect((await classify(coffee, 'image/jpeg')).status).toBe(200);
    expect(server.faults()).toEqual([]);
  });
});
