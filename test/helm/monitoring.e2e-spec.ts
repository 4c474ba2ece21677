import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { ROOT } from '../support/cli.js';
import { all, describeChart, render } from '../support/helm.js';

const AZURE = 'azmonitoring.coreos.com/v1';
const OPERATOR = 'monitoring.coreos.com/v1';
const INFRA = join(ROOT, 'infra');
const FILES = join(ROOT, 'helm/nestor/files');

describeChart('the PodMonitors', () => {
  const groups = (values: object, ...options: string[]) =>
    all(render(values, ...options), 'PodMonitor').map(({ apiVersion }) => apiVersion);
  const when = (azure: string, prometheusOperator: string) => ({
    monitoring: { podMonitor: { azure, prometheusOperator } },
  });

  it('come where the cluster knows their kind', () => {
    expect(groups({})).toEqual([]);
    expect(groups({}, '--api-versions', `${AZURE}/PodMonitor`)).toEqual([AZURE]);
    expect(groups({}, '--api-versions', `${OPERATOR}/PodMonitor`)).toEqual([OPERATOR]);
  });

  it('come always or never where the values say so', () => {
    expect(groups(when('always', 'always'))).toEqual([AZURE, OPERATOR]);
    expect(groups(when('never', 'auto'), '--api-versions', `${AZURE}/PodMonitor`)).toEqual([]);
  });

  it('scrape the management port of the servers', () => {
    const monitoring = { podMonitor: { azure: 'always', interval: '15s', labels: { team: 'a' } } };
    const [monitor] = all(render({ monitoring }), 'PodMonitor');
    expect(monitor?.metadata.labels).toMatchObject({ team: 'a' });
    expect(monitor?.spec.podMetricsEndpoints).toEqual([
      { port: 'management', path: '/metrics', interval: '15s' },
    ]);
    expect(monitor?.spec.selector.matchExpressions[0]).toMatchObject({ values: ['test'] });
  });
});

describeChart('dashboards and alert rules', () => {
  const everything = { monitoring: { rules: 'always', dashboard: { enabled: true } } };

  it('are copies of those in infra/', () => {
    if (!existsSync(INFRA)) return expect(existsSync(join(FILES, 'alerts.yaml'))).toBe(false);
    const made = readdirSync(INFRA, { recursive: true, encoding: 'utf8' });
    const shipped = readdirSync(FILES, { recursive: true, encoding: 'utf8' });
    const copies = shipped.filter((file) => /(\.json|alerts\.yaml)$/.test(file));
    expect(copies).toContain('alerts.yaml');
    expect(copies.some((file) => file.startsWith('dashboards/'))).toBe(true);
    for (const copy of copies) {
      const name = copy.split('/').at(-1) ?? '';
      const original = made.find((file) => file.split('/').at(-1) === name) ?? 'nowhere';
      expect(readFileSync(join(FILES, copy), 'utf8')).toBe(
        readFileSync(join(INFRA, original), 'utf8'),
      );
    }
  });

  it('come when they are asked for, as far as there are any', () => {
    const rules = existsSync(join(FILES, 'alerts.yaml')) ? 1 : 0;
    const manifests = render(everything);
    expect(all(manifests, 'PrometheusRule')).toHaveLength(rules);
    expect(all(manifests, 'ConfigMap')).toHaveLength(existsSync(join(FILES, 'dashboards')) ? 1 : 0);
    expect(all(render(), 'PrometheusRule')).toEqual([]);
    expect(all(render(), 'ConfigMap')).toEqual([]);
  });
});
