import { expect, it } from '@jest/globals';
import { all, describeChart, one, render } from '../support/helm.js';

const gateway = { enabled: true, name: 'public', namespace: 'gateways' };

describeChart('the HTTPRoute', () => {
  it('leads each path where the Ingress would', () => {
    const manifests = render({ gateway });
    const paths = one(manifests, 'Ingress').spec.rules[0].http.paths as any[];
    const rules = one(manifests, 'HTTPRoute', 'nestor').spec.rules as any[];
    expect(
      rules.map(({ matches, backendRefs }) => [matches[0].path.value, backendRefs[0].name]),
    ).toEqual(paths.map(({ path, backend }) => [path, backend.service.name]));
    expect(rules.map(({ backendRefs }) => backendRefs[0].port)).toEqual(rules.map(() => 80));
    expect(rules[0].timeouts).toEqual({ request: '15s' });
  });

  it('hangs on the listener that ends TLS, and another one redirects', () => {
    const manifests = render({ gateway });
    const route = one(manifests, 'HTTPRoute', 'nestor').spec;
    expect(route.hostnames).toEqual(['score.example.com']);
    expect(route.parentRefs).toEqual([
      { name: 'public', namespace: 'gateways', sectionName: 'https' },
    ]);
    const redirect = one(manifests, 'HTTPRoute', 'redirect').spec;
    expect(redirect.parentRefs[0].sectionName).toBe('http');
    expect(redirect.rules[0].filters).toEqual([
      { type: 'RequestRedirect', requestRedirect: { scheme: 'https', statusCode: 301 } },
    ]);
  });

  it('does not redirect where the Gateway has no such listener', () => {
    const routes = all(render({ gateway: { ...gateway, httpListener: '' } }), 'HTTPRoute');
    expect(routes).toHaveLength(1);
  });

  it('sends a second release its share of every path', () => {
    const canary = { release: 'nestor-next', weight: 10 };
    const { rules } = one(render({ gateway: { ...gateway, canary } }), 'HTTPRoute', 'nestor').spec;
    for (const { backendRefs } of rules) {
      expect(backendRefs.map(({ weight }: any) => weight)).toEqual([90, 10]);
      expect(backendRefs[1].name).toBe(backendRefs[0].name.replace('demo-nestor', 'nestor-next'));
    }
  });

  it('is not made by default', () => {
    expect(all(render(), 'HTTPRoute')).toEqual([]);
  });
});
