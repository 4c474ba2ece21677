import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiRoute, routesOf } from './support/api.routes.js';
import { Canaries, secretIds } from './support/canary.js';
import { hostileCalls } from './support/canary.calls.js';
import { WatchedServer, watchedModels } from './support/canary.server.js';
import { askPorts, sendOddities } from './support/canary.wire.js';
import type { Answer } from './support/server.js';

/** From the most talkative, which gets every call, on; the others get every fifth, each another one. */
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];
const THINNED = 5;
const CARD = 4_111_111_111_111_111;
/** What redaction makes of request ids that are secrets. */
const MARKS = ['[redacted:api-key]', '[redacted:jwt]', '[redacted:card]', '[redacted:iban]'];

interface Planted {
  readonly routes: readonly ApiRoute[];
  readonly answers: readonly Answer[];
}

describe('secrets of every class, wherever a caller can put them', () => {
  let models: string;
  let watched: WatchedServer;
  beforeAll(async () => {
    models = await watchedModels();
  });
  afterEach(() => watched.stop());
  afterAll(() => rmSync(models, { recursive: true, force: true }));

  const start = async (LOG_LEVEL: string, manner?: 'json-500') => {
    // Each failed credential is to be looked at, where that is not what is wanted to end.
    const FAILED_AUTH_PER_MINUTE = manner === undefined ? '1000000' : '20';
    const env = { MODELS_DIR: models, LOG_LEVEL, FAILED_AUTH_PER_MINUTE };
    watched = await WatchedServer.start(env, manner);
  };

  const plant = async (canaries: Canaries, every = 1, first = 0): Promise<Planted> => {
    const { server } = watched;
    const credentials = await watched.credentials(canaries);
    const routes = await routesOf(server);
    const calls = routes.flatMap((route) => hostileCalls(route, canaries, credentials));
    const answers: Answer[] = [];
    for (const [at, { path, call }] of calls.entries()) {
      if (at % every === first) answers.push(await server.request(path, call));
    }
    await sendOddities(server, canaries);
    await askPorts(watched.otherPorts, canaries);
    return { routes, answers };
  };

  /** Makes the runtime complain of a value, which its own messages repeat; faults name the request. */
  const failInTheRuntime = async () => {
    const inputs = [{ name: 'x', shape: [1], datatype: 'INT64', data: [CARD] }];
    for (const id of secretIds()) {
      const headers = { 'x-request-id': id };
      const answer = await watched.server.post('/v2/models/lookup/infer', { inputs }, { headers });
      expect(answer.status).toBe(500);
    }
  };

  const changeModels = async (canaries: Canaries) => {
    const headers = { 'user-agent': canaries.at('user agent'), baggage: canaries.at('baggage') };
    for (const change of ['unload', 'load']) {
      const path = `/v2/repository/models/identity/${change}`;
      expect((await watched.server.post(path, {}, { headers })).status).toBe(200);
    }
  };

  const leaks = (sinks: Record<string, string>, canaries: Canaries) =>
    Object.entries(sinks).flatMap(([sink, text]) =>
      canaries.leaksIn(text).map((leak) => `${sink}: ${leak}`),
    );

  it('reach no output at the most talkative level, where every request leaves its traces', async () => {
    await start('trace');
    const canaries = new Canaries();
    await changeModels(canaries);
    await failInTheRuntime();
    const { routes, answers } = await plant(canaries);
    const statuses = new Set(answers.map(({ status }) => status));
    const refusals = [400, 401, 403, 404, 405, 406, 413, 414, 415, 417, 422, 429, 431];
    expect([...statuses]).toEqual(expect.arrayContaining([200, ...refusals]));
    const own = answers
      .map(({ headers }) => String(headers['x-request-id'] ?? ''))
      .filter((id) => /^[0-9a-f-]{36}$/.test(id));
    expect(own.length).toBeGreaterThan(1_000);
    await watched.untilToldOf(own);
    const sinks = await watched.sinks();
    expect(leaks(sinks, canaries)).toEqual([]);
    expectEverythingIn(sinks, routes);
  }, 300_000);

  it.each(LEVELS.slice(1))(
    'reach no output at level %s',
    async (level) => {
      await start(level);
      const canaries = new Canaries();
      await failInTheRuntime();
      await plant(canaries, THINNED, LEVELS.indexOf(level) % THINNED);
      const sinks = await watched.sinks();
      expect(leaks(sinks, canaries)).toEqual([]);
      const written = new Set(watched.server.logs().map((line) => line['level']));
      expect(
        [...written].filter((one) => LEVELS.indexOf(String(one)) < LEVELS.indexOf(level)),
      ).toEqual([]);
      expect(sinks['Application Insights']).toContain('nestor.request.id');
    },
    300_000,
  );

  it('reach no output of a server that is not ready and refuses tokens and files', async () => {
    await start('trace', 'json-500');
    const canaries = new Canaries();
    const { answers } = await plant(canaries);
    await watched.breakFiles(canaries);
    const codes = new Set(watched.server.logs().map((line) => line['errorCode']));
    expect([...codes]).toEqual(
      expect.arrayContaining(['identity-provider-unavailable', 'too-many-failures']),
    );
    expect(answers.some(({ status }) => status === 503)).toBe(true);
    const sinks = await watched.sinks();
    expect(leaks(sinks, canaries)).toEqual([]);
    expect(sinks['standard output']).toContain('"audit":"keys.reload"');
  }, 300_000);

  /** That nothing leaked says something only of outputs that told of all that was planted. */
  const expectEverythingIn = (sinks: Record<string, string>, routes: readonly ApiRoute[]) => {
    for (const sink of ['Application Insights', 'OTLP traces', 'standard output']) {
      for (const mark of MARKS) expect(sinks[sink]).toContain(mark);
    }
    const { '/metrics': metrics = '', 'standard output': log = '' } = sinks;
    const templates = routes.map(({ template }) => template);
    expect(templates.filter((one) => !metrics.includes(`http_route="${one}"`))).toEqual([]);
    expect(templates.filter((one) => !log.includes(`"route":"${one}"`))).toEqual([]);
    expect(log).toContain('"principal":"api-key:control"');
    expect(log).toContain(`"principal":"user:${watched.issuer.tenantId}/`);
    for (const sink of ['Application Insights', 'OTLP logs', 'standard output']) {
      expect(sinks[sink]).toContain('token refused: audience in request');
      expect(sinks[sink]).toMatch(/run-failed.*Gather node/s);
    }
    expect(sinks['standard error']).toBe('');
  };
});

describe('the search for canaries', () => {
  const canaries = new Canaries();
  const word = canaries.word('a header');
  const text = `${word} of the header`;

  it.each([
    ['plain', text],
    ['in capitals', text.toUpperCase()],
    ['percent-encoded', [...Buffer.from(text)].map((one) => `%${one.toString(16)}`).join('')],
    ['in base64', Buffer.from(text).toString('base64')],
    ['within base64', Buffer.from(`[${text}]`).toString('base64url')],
    ['in hex', Buffer.from(text).toString('hex')],
  ])('finds a word %s', (_form, found) => {
    expect(canaries.leaksIn(`a line with ${found} in it`)).not.toEqual([]);
  });

  it('finds every secret, and numbers without their separators too', () => {
    for (const secret of canaries.secrets) expect(canaries.leaksIn(`(${secret})`)).not.toEqual([]);
    expect(canaries.leaksIn('4012888888881881')).not.toEqual([]);
    expect(canaries.leaksIn('an innocent line of 4711 words')).toEqual([]);
  });
});
