import { expect, it } from '@jest/globals';
import { parseDocument, visit } from 'yaml';
import {
  all,
  chartFile,
  describeChart,
  example,
  EXAMPLES,
  type Manifest,
  one,
  render,
  renderOnly,
} from '../support/helm.js';

const podSpecs = (manifests: Manifest[]) => [
  ...all(manifests, 'Deployment').map(({ spec }) => spec.template.spec),
  ...all(manifests, 'Pod').map(({ spec }) => spec),
];

describeChart('a release by the example values', () => {
  it.each(EXAMPLES)('%s is whole', (name) => {
    const manifests = renderOnly(example(name));
    const names = manifests.map(({ kind, apiVersion, metadata }) =>
      [apiVersion, kind, metadata.name].join('/'),
    );
    expect(new Set(names).size).toBe(names.length);
    expect(names.join()).toMatch('Deployment');
    expect(all(manifests, 'Secret')).toEqual([]);
    for (const { metadata } of manifests) {
      expect(metadata.labels).toMatchObject({
        'app.kubernetes.io/name': 'nestor',
        'app.kubernetes.io/instance': 'demo',
        'app.kubernetes.io/managed-by': 'Helm',
      });
    }
  });

  it.each(EXAMPLES)('%s has Services and budgets that find the pods', (name) => {
    const manifests = renderOnly(example(name));
    for (const { metadata, spec } of all(manifests, 'Deployment')) {
      const { labels } = spec.template.metadata;
      expect(labels).toMatchObject(spec.selector.matchLabels);
      expect(labels).toMatchObject(one(manifests, 'Service', metadata.name).spec.selector);
      // The pod of `helm test` must not be sent requests.
      expect(one(manifests, 'Pod').metadata.labels).not.toMatchObject(spec.selector.matchLabels);
    }
  });

  it.each(EXAMPLES)('%s asks for processors and memory, and bounds both', (name) => {
    for (const { containers } of podSpecs(renderOnly(example(name)))) {
      const { requests, limits } = containers[0].resources;
      expect(Object.keys(requests)).toEqual(['cpu', 'memory']);
      expect(Object.keys(limits)).toEqual(expect.arrayContaining(['cpu', 'memory']));
    }
  });
});

describeChart('the pod of helm test', () => {
  it('is as restricted as the servers, and scores with a key from a Secret', () => {
    const pod = one(render(), 'Pod');
    const [server] = podSpecs(render());
    expect(pod.metadata.annotations?.['helm.sh/hook']).toBe('test');
    const policy = pod.metadata.annotations?.['helm.sh/hook-delete-policy'];
    expect(policy).toBe('before-hook-creation');
    expect(pod.spec.securityContext).toEqual(server.securityContext);
    const [container] = pod.spec.containers;
    expect(container.securityContext).toEqual(server.containers[0].securityContext);
    expect(container.image).toBe(server.containers[0].image);
    const names = Object.fromEntries(container.env.map(({ name, ...rest }: any) => [name, rest]));
    expect(names).toEqual({
      FAQ_URL: { value: 'http://demo-nestor-faq' },
      VISION_URL: { value: 'http://demo-nestor-vision' },
      API_KEY: { valueFrom: { secretKeyRef: { name: 'nestor-test-key', key: 'api-key' } } },
    });
    expect(container.args[0]).toBe(chartFile('files/test.mjs').trim());
  });
});

describeChart('values.yaml', () => {
  const document = parseDocument(chartFile('values.yaml'));
  const schema = JSON.parse(chartFile('values.schema.json'));

  it('has every value that the schema knows', () => {
    const values = document.toJS() as Record<string, any>;
    const missing: string[] = [];
    const compare = (schemaOf: any, value: any, path: string) => {
      for (const [key, type] of Object.entries<any>(schemaOf.properties ?? {})) {
        if (value?.[key] === undefined) missing.push(`${path}${key}`);
        else if (type.properties !== undefined) compare(type, value[key], `${path}${key}.`);
      }
    };
    compare(schema, values, '');
    // Helm adds it, and these three are Kubernetes' to name.
    const open = /^global$|\.affinity\.|\.resources\./;
    expect(missing.filter((path) => !open.test(path))).toEqual([]);
  });

  it('has a sentence above every key, but for repetitions of faq', () => {
    const silent: string[] = [];
    visit(document, {
      Pair(_, { key, value }, path) {
        const name = String(key);
        const above = path.map((node: any) => String(node.key?.value ?? '')).filter(Boolean);
        if (['vision', 'single'].includes(above[0] ?? '')) return;
        // Keys of Kubernetes, and those whose members have the sentences.
        const nested = (value as any)?.items?.[0]?.key !== undefined && !(value as any).flow;
        if (nested || (path.at(-1) as any)?.flow) return;
        const comment = (key as any).commentBefore ?? (path.at(-1) as any)?.commentBefore;
        if (comment === undefined) silent.push([...above, name].join('.'));
      },
    });
    expect(silent).toEqual([]);
  });
});
