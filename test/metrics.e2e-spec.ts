import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestServer } from './support/server.js';

const question = { question: 'how do I remove an element from an array' };

/** Series of a family, by their labels as text. */
function seriesOf(metrics: string, name: string): Map<string, number> {
  const lines = metrics.split('\n').filter((line) => line.startsWith(`${name}{`));
  return new Map(
    lines.map((line) => {
      const [, labels = '', value] = /^[^{]+\{(.*)\} (\S+)$/.exec(line) ?? [];
      return [labels, Number(value)];
    }),
  );
}

describe('/metrics', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({ MODELS: 'faq', FAILED_AUTH_PER_MINUTE: '100000' });
  }, 300_000);

  afterAll(() => server.stop());

  it('counts what a scored input is made of, by model and version', async () => {
    for (let sent = 0; sent < 3; sent += 1) await server.post('/v1/faq/match', question);
    const metrics = await server.metrics();
    const labels = 'model="faq",version="1"';
    const value = (name: string, more = '') => seriesOf(metrics, name).get(labels + more);
    expect(value('nestor_model_requests_total')).toBe(3);
    expect(value('nestor_model_rows_total')).toBe(3);
    expect(value('nestor_model_duration_seconds_count')).toBe(3);
    for (const phase of ['decode', 'queue', 'infer']) {
      expect(value('nestor_model_phase_duration_seconds_count', `,phase="${phase}"`)).toBe(3);
    }
    expect(value('nestor_prediction_top_probability_count')).toBe(3);
    expect(value('nestor_prediction_answers_total', ',answered="true"')).toBe(3);
    expect(value('nestor_model_ready')).toBe(1);
    expect(value('nestor_model_instances')).toBe(1);
    expect(value('nestor_model_queue_rows')).toBe(0);
    expect(value('nestor_model_instance_restarts_total')).toBe(0);
    const route = 'http_request_method="POST",http_route="/v1/faq/match"';
    const requests = seriesOf(metrics, 'http_server_request_duration_seconds_count');
    expect(requests.get(`${route},http_response_status_code="200"`)).toBe(3);
    const inputs = seriesOf(metrics, 'nestor_prediction_inputs');
    expect(inputs.get(`${labels},set="last-hour"`)).toBe(3);
    expect(inputs.get(`${labels},set="golden"`)).toBe(7);
    expect(metrics).toMatch(/^nestor_ready 1$/m);
  });

  it('says why an input was refused and how callers were known', async () => {
    await server.post('/v1/faq/match', { question: ' ' });
    await server.post('/v1/faq/match?model=nobody', question);
    await server.request('/v1/models', { key: 'nst_wrong' });
    const metrics = await server.metrics();
    const refused = seriesOf(metrics, 'nestor_model_refusals_total');
    expect(refused.get('model="faq",version="1",reason="bad-text"')).toBe(1);
    expect(refused.get('model="none",version="0",reason="model-not-found"')).toBe(1);
    const outcomes = seriesOf(metrics, 'nestor_authentications_total');
    expect(outcomes.get('outcome="unauthenticated"')).toBe(1);
    expect(outcomes.get('outcome="api-key"')).toBeGreaterThanOrEqual(2);
  });

  it('grows by nothing that callers make up', async () => {
    const seriesIn = (metrics: string) => metrics.split('\n').filter((line) => !/^#|^$/.test(line));
    const fuzz = async (round: number) => {
      for (let n = 0; n < 40; n += 1) {
        const made = `${round}-${n}-${Math.random().toString(36).slice(2)}`;
        await server.request(`/${made}/%F0%9F%92%A9?${made}=1`);
        await server.request(`/v1/${made}`, { method: ['PUT', 'PROPFIND', 'REPORT'][n % 3] ?? '' });
        await server.request('/v1/models', { key: `nst_${made}_${'k'.repeat(43)}` });
        await server.request(`/docs/errors/${made}`);
        await server.post(`/v1/faq/match?model=${made}&version=${n + 1}`, question);
        await server.post(
          '/v1/faq/match',
          { question: made },
          {
            headers: { 'x-request-id': made, 'user-agent': made, traceparent: made },
          },
        );
        await server.post('/score', { input: made, [made]: made });
      }
      return seriesIn(await server.metrics());
    };
    const known = await fuzz(1);
    const later = await fuzz(2);
    const made = later.filter((line) => /\b[12]-\d+-/.test(line));
    expect(made).toEqual([]);
    // Probabilities of other questions fall into other bins of the same histograms.
    expect(later.length).toBeLessThanOrEqual(known.length + 3);
  }, 300_000);

  it('is the only path of its port', async () => {
    const [, port] = /metrics on port (\d+)/.exec(server.stdout) ?? [];
    const at = (path: string, method = 'GET') =>
      fetch(`http://127.0.0.1:${port}${path}`, { method });
    expect((await at('/metrics')).headers.get('content-type')).toMatch('text/plain');
    expect((await at('/')).status).toBe(404);
    expect((await at('/v1/models')).status).toBe(404);
    expect((await at('/metrics', 'POST')).status).toBe(405);
    expect((await server.request('/metrics')).status).toBe(404);
  });
});

describe('the management port', () => {
  it('stops the start with its name when it is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const started = TestServer.start({ MODELS: 'faq', MANAGEMENT_PORT: String(port) });
    await expect(started).rejects.toThrow(`MANAGEMENT_PORT: ${port} cannot be listened on`);
    other.close();
  }, 300_000);

  it('can be off', async () => {
    const server = await TestServer.start({ MODELS: 'faq', MANAGEMENT_PORT: 'off' });
    expect((await server.post('/v1/faq/match', question)).status).toBe(200);
    expect(server.stdout).not.toMatch('metrics on port');
    await server.stop();
  }, 300_000);
});
