import { expect, it } from '@jest/globals';
import { all, describeChart, environment, one, render } from '../support/helm.js';

type Path = { path: string; backend: { service: { name: string; port: { name: string } } } };

const annotations = (values: object) =>
  one(render({ ingress: values }), 'Ingress').metadata.annotations ?? {};

const routes = (values: object = {}) => {
  const [rule] = one(render(values), 'Ingress').spec.rules as { http: { paths: Path[] } }[];
  return (rule?.http.paths ?? []).map(({ path, backend }) => [path, backend.service.name]);
};

const secret = { certManager: { issuer: '' }, secretName: 'score-tls' };
const PREFIX = 'nginx.ingress.kubernetes.io';

describeChart('the Ingress', () => {
  it('leads each scenario to its Deployment, by every protocol', () => {
    const faq = 'demo-nestor-faq';
    const vision = 'demo-nestor-vision';
    expect(routes()).toEqual([
      ['/v1/faq', faq],
      ['/faq', faq],
      ['/v2/models/faq', faq],
      ['/v2/repository/models/faq', faq],
      ['/v1/vision', vision],
      ['/vision', vision],
      ['/v2/models/vision', vision],
      ['/v2/repository/models/vision', vision],
      ['/score', vision],
      ['/', faq],
    ]);
  });

  it('leads further models and the shared routes where the values say', () => {
    const values = {
      faq: { models: ['faq', 'iris'] },
      routing: { score: 'faq', other: 'vision' },
    };
    expect(routes(values)).toEqual(
      expect.arrayContaining([
        ['/v2/models/iris', 'demo-nestor-faq'],
        ['/score', 'demo-nestor-faq'],
        ['/', 'demo-nestor-vision'],
      ]),
    );
  });

  it('leads everything to the one Deployment there is', () => {
    expect(routes({ layout: 'single' })).toEqual([['/', 'demo-nestor-single']]);
    expect(routes({ vision: { enabled: false } })).toEqual([['/', 'demo-nestor-faq']]);
  });

  it('names ports and Services that exist', () => {
    for (const layout of ['split', 'single']) {
      const manifests = render({ layout });
      const services = new Map(
        all(manifests, 'Service').map(({ metadata, spec }) => [metadata.name, spec]),
      );
      for (const { backend } of one(manifests, 'Ingress').spec.rules[0].http.paths as Path[]) {
        const { name, port } = backend.service;
        expect(services.get(name)?.ports[0].name).toBe(port.name);
      }
    }
  });

  it('tells the controller of F5 in its words', () => {
    expect(annotations({ controller: 'nginx' })).toEqual({
      'cert-manager.io/cluster-issuer': 'letsencrypt',
      'ingress.kubernetes.io/ssl-redirect': 'true',
      'nginx.org/client-max-body-size': '10485760',
      'nginx.org/proxy-read-timeout': '15s',
      'nginx.org/proxy-send-timeout': '15s',
      'nginx.org/hsts': 'true',
      'nginx.org/hsts-max-age': '31536000',
    });
  });

  it.each(['ingress-nginx', 'app-routing'])('tells %s in its words', (controller) => {
    expect(annotations({ controller, tls: secret })).toEqual({
      [`${PREFIX}/ssl-redirect`]: 'true',
      [`${PREFIX}/force-ssl-redirect`]: 'true',
      [`${PREFIX}/proxy-body-size`]: '10485760',
      [`${PREFIX}/proxy-read-timeout`]: '15',
      [`${PREFIX}/proxy-send-timeout`]: '15',
    });
  });

  it('tells another controller only what the values say', () => {
    const own = { 'example.com/size': '10m' };
    expect(annotations({ controller: 'other', tls: secret, annotations: own })).toEqual(own);
  });

  it('lets the values have the last word', () => {
    const own = { 'nginx.org/hsts': 'false' };
    expect(annotations({ annotations: own })['nginx.org/hsts']).toBe('false');
  });

  it.each([
    ['nginx', '', 'nginx'],
    ['ingress-nginx', '', 'nginx'],
    ['app-routing', '', 'webapprouting.kubernetes.azure.com'],
    ['other', '', undefined],
    ['nginx', 'internal', 'internal'],
  ])('asks for the class of %s, or %s', (controller, className, expected) => {
    const { spec } = one(render({ ingress: { controller, className } }), 'Ingress');
    expect(spec.ingressClassName).toBe(expected);
  });

  it('allows what the server allows, at its most', () => {
    const values = {
      ingress: { controller: 'ingress-nginx' },
      config: { MAX_BODY_BYTES: 1_000_000 },
      vision: { config: { MAX_BODY_BYTES: 52_428_800, REQUEST_TIMEOUT_MS: 30_500 } },
    };
    const manifests = render(values);
    expect(one(manifests, 'Ingress').metadata.annotations).toMatchObject({
      [`${PREFIX}/proxy-body-size`]: '52428800',
      [`${PREFIX}/proxy-read-timeout`]: '36',
    });
    const sizes = all(manifests, 'Deployment').map((one) => environment(one)['MAX_BODY_BYTES']);
    expect(sizes).toEqual(['1000000', '52428800']);
  });

  it('speaks TLS to the pods where they do', () => {
    const backendTLS = { enabled: true, secretName: 'backend' };
    const told = (controller: string) =>
      one(render({ backendTLS, ingress: { controller } }), 'Ingress').metadata.annotations;
    expect(told('nginx')?.['nginx.org/ssl-services']).toBe('demo-nestor-faq,demo-nestor-vision');
    expect(told('ingress-nginx')?.[`${PREFIX}/backend-protocol`]).toBe('HTTPS');
    const { spec } = one(render({ backendTLS }), 'Service', 'faq');
    expect(spec.ports).toEqual([
      { name: 'api', port: 443, targetPort: 'api', appProtocol: 'https' },
    ]);
  });

  it('takes its certificate from a Secret, cert-manager or Key Vault', () => {
    const tls = (values: object) => {
      const { metadata, spec } = one(render(values), 'Ingress');
      expect(spec.tls[0].hosts).toEqual(['score.example.com']);
      return [spec.tls[0].secretName, metadata.annotations];
    };
    expect(tls({ ingress: { tls: secret } })[0]).toBe('score-tls');
    expect(tls({ ingress: { tls: { certManager: { issuer: 'own', kind: 'Issuer' } } } })).toEqual([
      'demo-nestor-tls',
      expect.objectContaining({ 'cert-manager.io/issuer': 'own' }),
    ]);
    const uri = 'https://example.vault.azure.net/certificates/score';
    const vault = { certManager: { issuer: '' }, keyVaultCertificateUri: uri };
    expect(tls({ ingress: { controller: 'app-routing', tls: vault } })).toEqual([
      'keyvault-demo-nestor',
      expect.objectContaining({ 'kubernetes.azure.com/tls-cert-keyvault-uri': uri }),
    ]);
  });

  it('is not made where it is not wanted', () => {
    expect(all(render({ ingress: { enabled: false }, host: '' }), 'Ingress')).toEqual([]);
  });
});
