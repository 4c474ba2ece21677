import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { ROOT } from './cli.js';

const CHART = join(ROOT, 'helm/nestor');
const HELM = process.env['HELM'] ?? 'helm';
const found = spawnSync(HELM, ['version']).status === 0;

/** Without helm these tests are left out, but never where a submission is judged. */
export function describeChart(title: string, tests: () => void): void {
  if (found || process.env['CI'] === 'true') return describe(title, tests);
  process.stderr.write(`There is no ${HELM}: the tests of ${title} are left out.\n`);
  return describe.skip(title, tests);
}

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
  readonly spec: any;
  readonly data?: Record<string, string>;
}

/** Names of the example values, which helm/nestor/ci holds. */
export const EXAMPLES = readdirSync(join(CHART, 'ci')).map((file) =>
  file.replace('-values.yaml', ''),
);

export function example(name: string): Record<string, any> {
  return parse(readFileSync(join(CHART, 'ci', `${name}-values.yaml`), 'utf8'));
}

export function chartFile(path: string): string {
  return readFileSync(join(CHART, path), 'utf8');
}

const RELEASE = ['template', 'demo', CHART, '--namespace', 'scoring', '--kube-version', '1.36.3'];

/** What the chart makes of the example `default` with these values over it. */
export function render(values: object = {}, ...options: string[]): Manifest[] {
  return renderOnly(over(example('default'), values), ...options);
}

/** What the chart makes of these values alone. */
export function renderOnly(values: object, ...options: string[]): Manifest[] {
  const made = execFileSync(HELM, [...RELEASE, '--values', '-', ...options], {
    input: JSON.stringify(values),
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  return parseAllDocuments(made)
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null);
}

/** Why helm refuses these values over the example `default`. */
export function refusal(values: object): string {
  const input = JSON.stringify(over(example('default'), values));
  const { status, stderr } = spawnSync(HELM, [...RELEASE, '--values', '-'], {
    input,
    encoding: 'utf8',
  });
  return status === 0 ? '' : stderr;
}

/** The one manifest of a kind, and of a name that ends so. */
export function one(manifests: Manifest[], kind: string, suffix = ''): Manifest {
  const fitting = all(manifests, kind).filter(({ metadata }) => metadata.name.endsWith(suffix));
  const [manifest] = fitting;
  if (manifest === undefined || fitting.length > 1) {
    throw new Error(`${fitting.length} of kind ${kind} named *${suffix}`);
  }
  return manifest;
}

export function all(manifests: Manifest[], kind: string): Manifest[] {
  return manifests.filter((manifest) => manifest.kind === kind);
}

/** The container of a Deployment. */
export function container(deployment: Manifest): any {
  return deployment.spec.template.spec.containers[0];
}

/** Environment of a Deployment: values, or `name/key` of the Secret that holds one. */
export function environment(deployment: Manifest): Record<string, string> {
  const variables = container(deployment).env as {
    name: string;
    value?: string;
    valueFrom?: { secretKeyRef: { name: string; key: string } };
  }[];
  return Object.fromEntries(
    variables.map(({ name, value, valueFrom }) => {
      const secret = valueFrom?.secretKeyRef;
      return [name, value ?? `${secret?.name}/${secret?.key}`];
    }),
  );
}

/** Objects are laid over each other member by member, everything else replaces. */
function over(below: any, above: any): any {
  const maps = [below, above].every((value) => value?.constructor === Object);
  if (!maps) return above;
  const laid = Object.entries(above).map(([key, value]) => [key, over(below[key], value)]);
  return { ...below, ...Object.fromEntries(laid) };
}
