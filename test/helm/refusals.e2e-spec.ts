import { expect, it } from '@jest/globals';
import { describeChart, refusal } from '../support/helm.js';

const TENANT = '11111111-2222-3333-4444-555555555555';
const autoscaling = (values: object) => ({ faq: { autoscaling: values } });
const on = { enabled: true };
const noKeys = { apiKeys: { existingSecret: '' } };

/** Every `fail` of the chart: what contradicts what, and the value that the message names. */
const CONTRADICTIONS: [string, object, RegExp][] = [
  ['nothing to deploy', { faq: { enabled: false }, vision: { enabled: false } }, /faq\.enabled/],
  ['no credential source', { auth: noKeys }, /no credential source.*auth\.apiKeys/],
  ['two key files', { keyVault: { apiKeys: 'a', existingClass: 'b' } }, /keyVault\.apiKeys both/],
  ['a tenant without an audience', { auth: { entra: { tenantId: TENANT } } }, /auth\.entra\.aud/],
  ['an unnamed vault', { auth: noKeys, keyVault: { apiKeys: 'a' } }, /needs keyVault\.name/],
  [
    'a vault that nothing is read from',
    { keyVault: { name: 'some-vault' } },
    /keyVault\.name is set.*keyVault\.apiKeys/,
  ],
  ['a label of the chart', { podLabels: { 'app.kubernetes.io/name': 'x' } }, /podLabels has/],
  ['an account of nobody', { serviceAccount: { create: false } }, /needs serviceAccount\.name/],
  [
    'a version of a model that is elsewhere',
    { faq: { modelVersions: { vision: 1 } } },
    /faq\.modelVersions names vision/,
  ],
  ['an ingress without a host', { host: '' }, /host is empty/],
  ['a gateway without a host', { host: '', ingress: { enabled: false }, gateway: on }, /host is/],
  [
    'an ingress without a certificate',
    { ingress: { tls: { certManager: { issuer: '' } } } },
    /ingress\.tls names no certificate/,
  ],
  ['two certificates', { ingress: { tls: { secretName: 'a' } } }, /more than one source/],
  [
    'a vault certificate for another controller',
    { ingress: { tls: { certManager: { issuer: '' }, keyVaultCertificateUri: 'https://v/c' } } },
    /ingress\.controller=app-routing/,
  ],
  ['an unnamed gateway', { gateway: on }, /gateway\.name/],
  [
    'a gateway before pods with TLS',
    { gateway: { ...on, name: 'g' }, backendTLS: { ...on, secretName: 's' } },
    /backendTLS\.enabled and gateway\.enabled/,
  ],
  [
    'weights without a gateway',
    { gateway: { canary: { release: 'next' } } },
    /canary\.release needs/,
  ],
  [
    'a canary that is the release itself',
    { gateway: { ...on, name: 'g', canary: { release: 'demo-nestor' } } },
    /gateway\.canary\.release names this/,
  ],
  ['a Deployment of every model beside another', { faq: { models: [] } }, /faq\.models and vision/],
  ['a model in two Deployments', { faq: { models: ['vision'] } }, /in faq\.models and in vision/],
  ['TLS to the pods without a Secret', { backendTLS: on }, /backendTLS\.secretName/],
  [
    'Redis behind a closed network policy',
    { secretConfig: { RATE_LIMIT_REDIS_URL: { name: 'a', key: 'b' } } },
    /networkPolicy\.egress/,
  ],
  [
    'a setting in two places',
    { config: { LOG_LEVEL: 'info' }, secretConfig: { LOG_LEVEL: { name: 'a', key: 'b' } } },
    /LOG_LEVEL is in config and in secretConfig/,
  ],
  ['HPA and KEDA', autoscaling({ hpa: on, keda: on }), /hpa\.enabled and keda\.enabled/],
  ['more at least than at most', autoscaling({ hpa: on, minReplicas: 9 }), /minReplicas/],
  ['nothing to scale by', autoscaling({ hpa: on, cpuUtilization: 0 }), /nothing to go by/],
  [
    'a share of no request',
    { faq: { autoscaling: { hpa: on }, resources: { requests: { cpu: null } } } },
    /faq\.resources\.requests\.cpu/,
  ],
  ['KEDA without Prometheus', autoscaling({ keda: on, queueRows: 5 }), /keda\.prometheusAddress/],
  [
    'GPUs without a pool',
    { vision: { gpu: { ...on, nodeSelector: { 'kubernetes.azure.com/accelerator': null } } } },
    /vision\.gpu\.nodeSelector/,
  ],
  [
    'one digest for two images',
    { image: { digest: `sha256:${'0'.repeat(64)}` }, vision: { gpu: on } },
    /image\.gpuDigest/,
  ],
  [
    'a rollout that cannot begin',
    { faq: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } },
    /faq\.rollingUpdate/,
  ],
];

describeChart('the chart', () => {
  it.each(CONTRADICTIONS)('refuses %s', (_, values, message) => {
    expect(refusal(values)).toMatch(message);
  });
});

/** Every kind of slip that a schema finds before the cluster does. */
const MISTAKES: [string, object, RegExp][] = [
  ['a mistyped name', { ingres: {} }, /'ingres' not allowed/],
  ['a mistyped name far down', { faq: { autoscaling: { hpa: { enable: true } } } }, /'enable' not/],
  ['a mistyped setting', { config: { LOG_LEVLE: 'info' } }, /'LOG_LEVLE' not allowed/],
  ['a setting of the chart', { config: { PORT: 1 } }, /'PORT' not allowed/],
  ['a wrong level', { vision: { config: { LOG_LEVEL: 'loud' } } }, /LOG_LEVEL/],
  ['off without quotation marks', { config: { DOCS: false } }, /DOCS/],
  ['a password in plain sight', { config: { RATE_LIMIT_REDIS_URL: 'redis://x' } }, /REDIS_URL/],
  ['a number for a text', { host: 5 }, /host/],
  ['a share above all', { gateway: { canary: { weight: 101 } } }, /weight/],
  ['no replica', { faq: { replicas: 0 } }, /replicas/],
  ['the tag latest', { image: { tag: 'latest' } }, /tag/],
  ['a tag in the repository', { image: { repository: 'a/nestor:1' } }, /repository/],
  ['a broken digest', { image: { digest: 'sha256:1' } }, /digest/],
  ['a tenant that is none', { auth: { entra: { tenantId: 'contoso' } } }, /tenantId/],
  ['an unknown controller', { ingress: { controller: 'traefik' } }, /controller/],
  ['a class that is none', { ingress: { className: 'My_Class' } }, /className/],
  ['a range that is none', { trustedProxies: ['10.0.0.1'] }, /trustedProxies/],
  ['an egress to two places', { networkPolicy: { egress: [{ port: 1 }] } }, /egress/],
  ['a quantity that is none', { faq: { resources: { limits: { memory: '1 GB' } } } }, /memory/],
];

describeChart('the schema of the values', () => {
  it.each(MISTAKES)('refuses %s', (_, values, message) => {
    const text = refusal(values);
    expect(text).toMatch(/specifications of the schema/);
    expect(text).toMatch(message);
  });
});
