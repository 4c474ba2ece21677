import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { Ingestion } from './support/ingestion.js';
import { TestServer, writeKeys } from './support/server.js';

const file = (name: string) => readFileSync(new URL(`../infra/${name}`, import.meta.url), 'utf8');
const photo = readFileSync(new URL('fixtures/photos/coffee.jpg', import.meta.url));
const question = { question: 'how do I remove an element from an array' };

/** Labels that Prometheus adds to what it scrapes, and that of histograms' buckets. */
const OF_PROMETHEUS = ['pod', 'le'];

describe('what dashboards and alerts name', () => {
  let ingestion: Ingestion;
  let server: TestServer;
  let metrics: string;

  beforeAll(async () => {
    ingestion = await Ingestion.start();
    server = await TestServer.start({ ...ingestion.env, TRACES_PER_SECOND: '100' });
    for (let sent = 0; sent < 32; sent += 1) await server.post('/v1/faq/match', question);
    const image = { method: 'POST', body: photo, headers: { 'content-type': 'image/jpeg' } };
    await server.request('/v1/vision/classify', image);
    // Refused, failed, without credential, without quota.
    await server.post('/v1/faq/match', { question: ' ' });
    await server.post('/v1/faq/match', question, { headers: { 'x-request-timeout-ms': '1' } });
    await server.request('/v1/models', { key: null });
    const key = `nst_slow_${'s'.repeat(43)}`;
    writeKeys(server.folder, [
      { id: 'slow', key, scopes: ['faq.score'], ratePerMinute: 1 },
      { id: 'test', key: server.key, scopes: ['faq.score'] },
    ]);
    await until(async () => (await server.request('/v1/models', { key })).status === 429);
    // Something to warn of.
    writeFileSync(join(server.folder, 'keys.json'), 'broken');
    await ingestion.until(() => ingestion.text.includes('nestor.context'));
    metrics = await server.metrics();
    await ingestion.until(() => ingestion.text.includes('nestor.prediction.drift.psi'));
  }, 300_000);

  afterAll(async () => {
    await server.stop();
    await ingestion.stop();
  });

  const requireAll = (expressions: readonly string[]) => {
    const names = new Set(expressions.flatMap(metricsIn));
    expect(names.size).toBeGreaterThan(5);
    const served = (pattern: string) => new RegExp(pattern, 'm').test(metrics);
    expect([...names].filter((name) => !served(`^${name}[{ ]`))).toEqual([]);
    const labels = new Set(expressions.flatMap(labelsIn));
    const unknown = [...labels].filter((label) => !served(`[{,]${label}="`));
    expect(unknown.filter((label) => !OF_PROMETHEUS.includes(label))).toEqual([]);
  };

  it('exists for Grafana', () => {
    const dashboard = JSON.parse(file('grafana-dashboard.json'));
    const targets = dashboard.panels.flatMap((panel: any) => panel.targets ?? []);
    requireAll(targets.map(({ expr }: { expr: string }) => expr));
    expect(targets.every(({ datasource }: any) => datasource.uid === '${datasource}')).toBe(true);
  });

  it('exists for the alerts', () => {
    const { groups } = parse(file('alerts.yaml'));
    const rules = groups.flatMap((group: any) => group.rules);
    requireAll(rules.map(({ expr }: { expr: string }) => expr));
    for (const { alert, annotations, labels } of rules) {
      expect(alert).toMatch(/^Nestor/);
      expect(annotations.summary).toMatch(/\.$/);
      expect(['info', 'warning', 'critical']).toContain(labels.severity);
    }
  });

  it('exists for the workbook', () => {
    const { items } = JSON.parse(file('workbook.json'));
    const queries: string[] = items.flatMap(({ content }: any) => content.query ?? []);
    const all = queries.join('\n');
    const fields = new Set(server.logs().flatMap((line) => Object.keys(line)));
    const asked = [...all.matchAll(/\bline\.(\w+)/g)].map(([, field = '']) => field);
    expect(asked.filter((field) => !fields.has(field))).toEqual([]);
    const received = ingestion.envelopes.flatMap(({ data: { baseData } }) => [
      ...Object.keys(baseData.properties ?? {}),
      ...(baseData.metrics ?? []).map(({ name }: { name: string }) => name),
      String(baseData.name),
    ]);
    const named = [
      ...all.matchAll(/Properties\["([^"]+)"\]/g),
      ...all.matchAll(/\bName == "([^"]+)"/g),
      ...all.matchAll(/"(nestor\.[a-z.]+)"/g),
    ].map(([, name]) => name);
    expect(new Set(named).size).toBeGreaterThan(8);
    expect(named.filter((name) => !received.includes(String(name)))).toEqual([]);
  });
});

function metricsIn(expression: string): string[] {
  const ungrouped = expression.replaceAll(/\bby \([^)]*\)/g, '');
  return ungrouped.match(/\b(?:nestor|http|nodejs|process|v8js)_[a-z0-9_]+(?=[{[) ]|$)/g) ?? [];
}

function labelsIn(expression: string): string[] {
  const matched = [...expression.matchAll(/[{,]\s*(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, one]) => one);
  const grouped = [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) =>
    list.split(',').map((one) => one.trim()),
  );
  return [...matched, ...grouped].filter((label) => label !== undefined);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('it did not come about');
}
