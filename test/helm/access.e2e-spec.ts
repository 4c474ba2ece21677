import { expect, it } from '@jest/globals';
import { all, container, describeChart, environment, one, render } from '../support/helm.js';

const clientId = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee';
const tenantId = '11111111-2222-3333-4444-555555555555';

describeChart('the NetworkPolicy', () => {
  const policy = (values: object = {}) => one(render(values), 'NetworkPolicy').spec;

  it('applies to every pod of the release', () => {
    const { podSelector, policyTypes } = policy();
    expect(policyTypes).toEqual(['Ingress', 'Egress']);
    const { labels } = one(render(), 'Deployment', 'faq').spec.template.metadata;
    expect(labels).toMatchObject(podSelector.matchLabels);
    expect(one(render(), 'Pod').metadata.labels).toMatchObject(podSelector.matchLabels);
  });

  it('lets in the ingress controller to the API and Prometheus to the metrics', () => {
    const networkPolicy = { ingressNamespaces: ['edge'], prometheusNamespaces: ['watch'] };
    const [api, management] = policy({ networkPolicy }).ingress;
    expect(api.ports).toEqual([{ port: 'api' }]);
    expect(api.from[0].namespaceSelector.matchExpressions[0].values).toEqual(['edge']);
    expect(api.from[1].podSelector.matchLabels['app.kubernetes.io/component']).toBe('test');
    expect(management.ports).toEqual([{ port: 'management' }]);
    expect(management.from[0].namespaceSelector.matchExpressions[0].values).toEqual(['watch']);
    const ports = container(one(render(), 'Deployment', 'faq')).ports as { name: string }[];
    expect(ports.map(({ name }) => name)).toEqual(['api', 'management']);
  });

  it('lets out to names, to 443 but for the metadata of the node, and to what is listed', () => {
    const egress = [
      { cidr: '10.20.0.4/32', port: 6380 },
      { namespace: 'collector', port: 4318 },
    ];
    const [dns, https, redis, collector] = policy({ networkPolicy: { egress } }).egress;
    expect(dns.ports.map(({ port }: any) => port)).toEqual([53, 53]);
    expect(https.to).toEqual([{ ipBlock: { cidr: '0.0.0.0/0', except: ['169.254.0.0/16'] } }]);
    expect(redis).toEqual({
      ports: [{ port: 6380, protocol: 'TCP' }],
      to: [{ ipBlock: { cidr: '10.20.0.4/32' } }],
    });
    expect(collector.to[0].namespaceSelector.matchLabels).toEqual({
      'kubernetes.io/metadata.name': 'collector',
    });
  });

  it('is left out where it is not wanted', () => {
    expect(all(render({ networkPolicy: { enabled: false } }), 'NetworkPolicy')).toEqual([]);
  });
});

describeChart('the ServiceAccount', () => {
  it('has no token in the pods', () => {
    const manifests = render();
    const { metadata, ...rest } = one(manifests, 'ServiceAccount');
    expect(rest).toMatchObject({ automountServiceAccountToken: false });
    const { spec } = one(manifests, 'Deployment', 'faq').spec.template;
    expect(spec.serviceAccountName).toBe(metadata.name);
  });

  it('carries the workload identity, and the pods ask for it', () => {
    const manifests = render({ workloadIdentity: { clientId } });
    expect(one(manifests, 'ServiceAccount').metadata.annotations).toEqual({
      'azure.workload.identity/client-id': clientId,
    });
    for (const { spec } of all(manifests, 'Deployment')) {
      expect(spec.template.metadata.labels['azure.workload.identity/use']).toBe('true');
    }
  });

  it('may be an existing one', () => {
    const manifests = render({ serviceAccount: { create: false, name: 'given' } });
    expect(all(manifests, 'ServiceAccount')).toEqual([]);
    const { spec } = one(manifests, 'Deployment', 'faq').spec.template;
    expect(spec.serviceAccountName).toBe('given');
  });
});

describeChart('credentials', () => {
  const keyVault = { name: 'example-vault', tenantId, apiKeys: 'nestor-keys' };
  const none = { auth: { apiKeys: { existingSecret: '' } }, workloadIdentity: { clientId } };

  it('come from an existing Secret', () => {
    const { volumes } = one(render(), 'Deployment', 'faq').spec.template.spec;
    expect(volumes[1]).toEqual({
      name: 'keys',
      secret: { secretName: 'nestor-keys', defaultMode: 0o440 },
    });
  });

  it('come from Key Vault by the identity of the pods', () => {
    const manifests = render({ ...none, keyVault });
    const { metadata, spec } = one(manifests, 'SecretProviderClass');
    expect(spec).toMatchObject({ provider: 'azure', parameters: { clientID: clientId, tenantId } });
    expect(spec.parameters.objects).toMatch('objectName: nestor-keys');
    expect(spec).not.toHaveProperty('secretObjects');
    const faq = one(manifests, 'Deployment', 'faq');
    expect(environment(faq)['API_KEYS_FILE']).toBe('/etc/nestor/keyvault/keys.json');
    expect(faq.spec.template.spec.volumes[1].csi).toMatchObject({
      driver: 'secrets-store.csi.k8s.io',
      volumeAttributes: { secretProviderClass: metadata.name },
    });
  });

  it('bring the certificate of the ingress along from Key Vault', () => {
    const manifests = render({
      ...none,
      keyVault: { ...keyVault, certificate: 'score' },
      ingress: { tls: { certManager: { issuer: '' } } },
    });
    const [copied] = one(manifests, 'SecretProviderClass').spec.secretObjects;
    expect(copied.type).toBe('kubernetes.io/tls');
    expect(one(manifests, 'Ingress').spec.tls[0].secretName).toBe(copied.secretName);
  });

  it('may use an existing SecretProviderClass', () => {
    const existingClass = { apiKeys: 'nestor-keys', existingClass: 'given' };
    const manifests = render({ ...none, keyVault: existingClass });
    expect(all(manifests, 'SecretProviderClass')).toEqual([]);
    const { volumes } = one(manifests, 'Deployment', 'faq').spec.template.spec;
    expect(volumes[1].csi.volumeAttributes).toEqual({ secretProviderClass: 'given' });
  });

  it('may be tokens of Entra ID alone', () => {
    const audience = '66666666-7777-8888-9999-000000000000';
    const entra = { tenantId, audience, clientId: audience, allowV1: true };
    const manifests = render({ auth: { apiKeys: { existingSecret: '' }, entra } });
    const variables = environment(one(manifests, 'Deployment', 'faq'));
    expect(variables).toMatchObject({
      AZURE_AD_TENANT_ID: tenantId,
      AZURE_AD_AUDIENCE: audience,
      AZURE_AD_CLIENT_ID: audience,
      AZURE_AD_ALLOW_V1: 'true',
    });
    expect(variables).not.toHaveProperty('API_KEYS_FILE');
  });
});
