import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  Ingestion,
  INGESTION_TOKEN,
  INSTRUMENTATION_KEY,
  type Reception,
} from './support/ingestion.js';
import { OtlpSink } from './support/otlp.js';
import { TestServer } from './support/server.js';

const question = { question: 'how do I remove an element from an array' };
const asked = (server: TestServer) => server.post('/v1/faq/match', question);

let ingestion: Ingestion;
let server: TestServer;

afterEach(async () => {
  await server.stop();
  await ingestion.stop();
});

const start = async (reception: Reception = 'good', env: Record<string, string> = {}) => {
  ingestion = await Ingestion.start(reception);
  server = await TestServer.start({
    ...ingestion.env,
    MODELS: 'faq',
    TRACES_PER_SECOND: '100',
    ...env,
  });
};

/** Milliseconds from SIGTERM to the end of the process. */
async function stopped(): Promise<{ code: number | null; after: number }> {
  const sent = performance.now();
  server.process.kill('SIGTERM');
  const [code] = (await once(server.process, 'exit')) as [number | null];
  return { code, after: performance.now() - sent };
}

describe('Application Insights', () => {
  it('gets requests, phases, metrics and warnings, and nothing else is asked of it', async () => {
    await start();
    const { headers } = await asked(server);
    await server.request('/v1/faq/nothing/canary-path?canary-query=1', {
      headers: { 'user-agent': 'canary-agent', tracestate: 'a=canary-state' },
    });
    await ingestion.until(() => ingestion.of('RequestData').length >= 2);
    await ingestion.until(() => ingestion.text.includes('nestor.model.requests'));
    const request = ingestion.of('RequestData').find(({ name }) => name.startsWith('POST'));
    expect(request).toMatchObject({
      name: 'POST /v1/faq/match',
      responseCode: '200',
      success: true,
      properties: {
        'nestor.request.id': headers['x-request-id'],
        'nestor.model.name': 'faq',
      },
    });
    expect(request.url ?? '').toBe('');
    const phases = ingestion.of('RemoteDependencyData').map(({ name }) => name);
    expect(phases).toEqual(expect.arrayContaining(['auth', 'decode', 'queue', 'infer']));
    for (const { tags, iKey } of ingestion.envelopes) {
      expect(iKey).toBe(INSTRUMENTATION_KEY);
      expect(tags['ai.cloud.role']).toBe('nestor');
      expect(tags['ai.application.ver']).toMatch(/^\d+\.\d+\.\d+$/);
      expect(tags).not.toHaveProperty(['ai.location.ip']);
    }
    expect(ingestion.text).not.toMatch(/canary|127\.0\.0\.1/);
    expect(ingestion.others).toEqual([]);
    expect(server.stdout + server.stderr).not.toContain(INSTRUMENTATION_KEY);
    for (const line of server.stdout.trim().split('\n')) expect(line).toMatch(/^\{/);
  }, 300_000);

  it('gets what was not yet sent when the server stops', async () => {
    await start();
    await ingestion.until(() => ingestion.requests > 0);
    for (let sent = 0; sent < 5; sent += 1) await asked(server);
    expect(await stopped()).toMatchObject({ code: 0 });
    expect(ingestion.of('RequestData').filter(({ name }) => name.startsWith('POST'))).toHaveLength(
      5,
    );
  }, 300_000);

  it('is not the only one: OTLP gets the same', async () => {
    const sink = await OtlpSink.start();
    await start('good', sink.env);
    await asked(server);
    await ingestion.until(() => ingestion.of('RequestData').length > 0);
    await sink.until(() => sink.spans.some(({ name }) => name === 'POST /v1/faq/match'));
    await sink.stop();
  }, 300_000);

  it('has the name that OTEL_SERVICE_NAME gives', async () => {
    await start('good', { OTEL_SERVICE_NAME: 'scoring-blue' });
    await asked(server);
    await ingestion.until(() => ingestion.of('RequestData').length > 0);
    expect(ingestion.envelopes[0]?.tags['ai.cloud.role']).toBe('scoring-blue');
  }, 300_000);

  it('is sent to with a token of the workload identity where that is asked for', async () => {
    ingestion = await Ingestion.start();
    const env = { ...ingestion.env, ...ingestion.workloadIdentity, MODELS: 'faq' };
    server = await TestServer.start(env);
    await asked(server);
    await ingestion.until(() => ingestion.of('RequestData').length > 0);
    for (const { authorization } of ingestion.headers) {
      expect(authorization).toBe(`Bearer ${INGESTION_TOKEN}`);
    }
  }, 300_000);

  it('stops the start where workload identity is asked for and not there', async () => {
    ingestion = await Ingestion.start();
    const lacking = TestServer.start(
      { ...ingestion.env, MODELS: 'faq', APPLICATIONINSIGHTS_AUTH: 'entra' },
      { until: 'listening' },
    );
    await expect(lacking).rejects.toThrow(/APPLICATIONINSIGHTS_AUTH: .*AZURE_FEDERATED_TOKEN_FILE/);
  }, 300_000);
});

describe.each<Reception>(['refusing', 'hanging', 'gone'])('an endpoint that is %s', (reception) => {
  it('neither slows scoring, nor fills the log, nor holds up the stop', async () => {
    await start(reception);
    const started = performance.now();
    for (let sent = 0; sent < 30; sent += 1) expect((await asked(server)).status).toBe(200);
    expect(performance.now() - started).toBeLessThan(20_000);
    const { code, after } = await stopped();
    expect(code).toBe(0);
    expect(after).toBeLessThan(5_500);
    const complaints = server.logs().filter(({ context }) => context === 'Telemetry');
    expect(complaints.length).toBeLessThanOrEqual(1);
    expect(server.stdout + server.stderr).not.toContain(INSTRUMENTATION_KEY);
    for (const line of server.stdout.trim().split('\n')) expect(line).toMatch(/^\{/);
  }, 300_000);
});
