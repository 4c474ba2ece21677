import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROOT } from './support/cli.js';
import { OtlpSink, type ReceivedSpan } from './support/otlp.js';
import { TestServer } from './support/server.js';
import { Http2Client } from './support/wire.js';

const photo = readFileSync(new URL('fixtures/photos/coffee.jpg', import.meta.url));
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT_ID = '00f067aa0ba902b7';
const question = { question: 'how do I remove an element from an array' };

/** The models of the repository; the images of several requests may run together. */
function batchingModels(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nestor-models-'));
  cpSync(join(ROOT, 'models'), folder, { recursive: true });
  const file = join(folder, 'vision/1/model.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...manifest, limits: { maxBatchRows: 8 } }));
  return folder;
}

describe('traces over OTLP', () => {
  let sink: OtlpSink;
  let server: TestServer;
  let repository: string;

  beforeAll(async () => {
    sink = await OtlpSink.start();
    repository = batchingModels();
    server = await TestServer.start({
      ...sink.env,
      MODELS_DIR: repository,
      TRACES_PER_SECOND: '1000',
    });
  }, 300_000);

  afterAll(async () => {
    await server.stop();
    await sink.stop();
    rmSync(repository, { recursive: true, force: true });
  });

  const spansOf = (traceId: string) => sink.spans.filter((span) => span.traceId === traceId);
  const named = (spans: ReceivedSpan[], name: string) => {
    const found = spans.find((span) => span.name === name);
    if (found === undefined) throw new Error(`no span ${name} in ${spans.map((s) => s.name)}`);
    return found;
  };

  it('continue the trace of the caller, with a span for every phase', async () => {
    const headers = { traceparent: `00-${TRACE_ID}-${PARENT_ID}-01` };
    await server.post('/v1/faq/match', question, { headers });
    await sink.until(() => spansOf(TRACE_ID).length >= 5);
    const spans = spansOf(TRACE_ID);
    const request = named(spans, 'POST /v1/faq/match');
    expect(request.parentId).toBe(PARENT_ID);
    expect(request.attributes).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/v1/faq/match',
      'http.response.status_code': 200,
      'url.scheme': 'https',
      'network.protocol.version': '1.1',
      'nestor.principal.kind': 'api-key',
      'nestor.model.name': 'faq',
      'nestor.model.version': 1,
    });
    const phases = ['auth', 'decode', 'queue', 'infer'].map((name) => named(spans, name));
    for (const phase of phases) {
      expect(phase.parentId).toBe(request.spanId);
      expect(phase.start).toBeGreaterThanOrEqual(request.start);
      expect(phase.end).toBeLessThanOrEqual(request.end);
    }
    const order = phases.map(({ start }) => start);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(spans).toHaveLength(5);
  });

  it('have the id that the log line has', async () => {
    const { headers } = await server.post('/v1/faq/match', question);
    const id = headers['x-request-id'];
    const found = () => sink.spans.find((span) => span.attributes['nestor.request.id'] === id);
    await sink.until(() => found() !== undefined);
    const line = server.logs().find(({ requestId }) => requestId === id);
    expect(line?.['trace_id']).toBe(found()?.traceId);
  });

  it('link a batch and all requests in it with each other', async () => {
    const call = { method: 'POST', body: photo, headers: { 'content-type': 'image/jpeg' } };
    const calls = Array.from({ length: 16 }, () => server.request('/v1/vision/classify', call));
    for (const { status } of await Promise.all(calls)) expect(status).toBe(200);
    const shared = () =>
      sink.spans.filter((span) => span.name === 'infer batch' && span.links.length > 1);
    await sink.until(() => sink.spans.filter((span) => span.name === 'infer').length >= 16);
    expect(shared().length).toBeGreaterThan(0);
    for (const batch of shared()) {
      expect(batch.links).toHaveLength(Number(batch.attributes['nestor.batch.requests']));
      expect(batch.attributes['nestor.batch.release_reason']).toBeDefined();
      const inside = sink.spans.filter(
        (span) => span.name === 'infer' && span.links.includes(batch.spanId),
      );
      const parents = inside.map(({ parentId }) => parentId);
      expect(parents.toSorted()).toEqual([...batch.links].toSorted());
    }
  });

  it('are made of HTTP/2 requests too', async () => {
    const client = new Http2Client(server);
    const traceparent = `00-${'a'.repeat(32)}-${PARENT_ID}-01`;
    await client.request('GET', '/v1/models', { headers: { traceparent } });
    await sink.until(() => spansOf('a'.repeat(32)).length > 0);
    const request = named(spansOf('a'.repeat(32)), 'GET /v1/models');
    expect(request.attributes['network.protocol.version']).toBe('2.0');
    client.close();
  });

  it('are not made when the caller says so, nor of a malformed traceparent', async () => {
    const unwanted = 'b'.repeat(32);
    await server.request('/v1/models', {
      headers: { traceparent: `00-${unwanted}-${PARENT_ID}-00` },
    });
    const broken = 'c'.repeat(32);
    for (const traceparent of [`00-${broken}-${PARENT_ID}`, `ff-${broken}-${PARENT_ID}-01`]) {
      await server.request('/v1/models', { headers: { traceparent } });
    }
    const marker = 'd'.repeat(32);
    await server.request('/v1/models', {
      headers: { traceparent: `00-${marker}-${PARENT_ID}-01` },
    });
    await sink.until(() => spansOf(marker).length > 0);
    expect(spansOf(unwanted)).toEqual([]);
    expect(spansOf(broken)).toEqual([]);
  });

  it('tell nothing of a caller but its request id', async () => {
    const traceId = 'e'.repeat(32);
    const client = new Http2Client(server);
    await client.request('GET', '/nothing/canary-path?canary-query=1', {
      headers: {
        traceparent: `00-${traceId}-${PARENT_ID}-01`,
        tracestate: 'vendor=canary-state',
        baggage: 'user=canary-baggage',
        'user-agent': 'canary-agent',
        ':authority': 'canary-host',
        'x-forwarded-for': '203.0.113.77',
      },
    });
    client.close();
    await sink.until(() => spansOf(traceId).length > 0);
    const [span] = spansOf(traceId);
    expect(span?.name).toBe('GET');
    expect(span?.attributes).not.toHaveProperty(['http.route']);
    const all = ['/v1/traces', '/v1/metrics', '/v1/logs'].map((path) => sink.text(path)).join('');
    expect(all).not.toMatch(/canary|203\.0\.113|127\.0\.0\.1/);
  });

  it('come with metrics', async () => {
    await sink.until(() => sink.text('/v1/metrics').includes('nestor.model.phase.duration'));
    expect(sink.text('/v1/metrics')).toContain('http.server.request.duration');
  });
});

describe('the budget of traces', () => {
  it('holds against callers who want every request traced', async () => {
    const sink = await OtlpSink.start();
    const server = await TestServer.start({ ...sink.env, MODELS: 'faq', TRACES_PER_SECOND: '2' });
    const headers = { traceparent: `00-${TRACE_ID}-${PARENT_ID}-01` };
    const started = performance.now();
    for (let sent = 0; sent < 200; sent += 1) await server.request('/v1/models', { headers });
    const seconds = (performance.now() - started) / 1000;
    await server.stop();
    const traced = sink.spans.filter(({ name }) => name === 'GET /v1/models');
    expect(traced.length).toBeGreaterThan(0);
    expect(traced.length).toBeLessThanOrEqual(2 * seconds + 3);
    const stoodFor = traced.reduce((sum, { attributes }) => {
      return sum + 100 / Number(attributes['microsoft.sample_rate'] ?? 100);
    }, 0);
    expect(stoodFor).toBeGreaterThan(traced.length);
    expect(stoodFor).toBeLessThanOrEqual(200);
    await sink.stop();
  }, 300_000);
});
