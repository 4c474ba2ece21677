import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runCli } from './support/cli.js';
import { OtlpSink } from './support/otlp.js';
import { TestServer } from './support/server.js';

type Line = Record<string, unknown>;

const document = readFileSync(new URL('../docs/logs.md', import.meta.url), 'utf8');

/** Types by the fields that the table under a heading of docs/logs.md lists. */
function documented(heading: string): Record<string, string> {
  const [, section = ''] = document.split(`## ${heading}\n`);
  const [table = ''] = section.split('\n## ');
  const rows = [...table.matchAll(/^\| `(\w+)`\s*\| (\w+)/gm)];
  return Object.fromEntries(rows.map(([, field = '', type = '']) => [field, type]));
}

const typesOf = (lines: readonly Line[]) =>
  Object.fromEntries(
    lines.flatMap((line) => Object.entries(line).map(([field, value]) => [field, typeof value])),
  );

describe('the lines of the log are as docs/logs.md says', () => {
  let sink: OtlpSink;
  let server: TestServer;
  beforeAll(async () => {
    sink = await OtlpSink.start();
    server = await TestServer.start({ ...sink.env, MODELS: 'faq', LOG_LEVEL: 'trace' });
    await server.post('/v1/faq/match', { question: 'how do I sort an array' });
    await server.request('/v1/models', { key: null });
    for (const change of ['load', 'unload']) {
      await server.post(`/v2/repository/models/absent/${change}`, {});
    }
  });
  afterAll(async () => {
    await server.stop();
    await sink.stop();
  });

  const requests = () => server.logs().filter(({ msg }) => msg === 'request');
  const audits = () => server.logs().filter(({ context }) => context === 'audit');

  it('of requests', () => {
    expect(typesOf(requests())).toEqual(documented('Requests'));
  });

  it('of changes', () => {
    const common = { level: 'string', time: 'string', context: 'string', msg: 'string' };
    expect(typesOf(audits())).toEqual({ ...documented('Audit'), ...common });
  });

  it('of everything else, errors that end the server among them', async () => {
    const { stdout, code } = await runCli(['serve'], {
      TLS: 'off',
      TRUST_PROXY: '127.0.0.1',
      HOST: '127.0.0.1',
      PORT: new URL(server.url).port,
      MANAGEMENT_PORT: 'off',
      MODELS: 'faq',
      API_KEYS_FILE: join(server.folder, 'keys.json'),
    });
    expect(code).toBe(1);
    const last = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    const known = new Set([...requests(), ...audits()].map((line) => JSON.stringify(line)));
    const others = [...server.logs(), ...last.filter(({ context }) => context !== 'audit')].filter(
      (line) => !known.has(JSON.stringify(line)),
    );
    expect(typesOf(others)).toEqual(documented('Everything else'));
  });
});
