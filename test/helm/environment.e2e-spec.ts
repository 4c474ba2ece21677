import { expect, it } from '@jest/globals';
import { configSchema } from '../../src/config/config.schema.js';
import { loadConfig } from '../../src/config/config.js';
import { all, chartFile, describeChart, environment, one, render } from '../support/helm.js';

const schema = JSON.parse(chartFile('values.schema.json'));
const settable = Object.keys(schema.$defs.secretConfig.properties);
const known = Object.keys(configSchema.shape);

/** Variables that the chart neither sets nor lets anybody set. */
const LEFT_OUT = {
  HOST: 'pods listen on all their addresses',
  HTTP_REDIRECT_PORT: 'ingress and gateway redirect',
  MANAGEMENT_PORT: 'container port, monitors and network policy name 9090, its default',
};

const guid = '11111111-2222-3333-4444-555555555555';
const everything = {
  backendTLS: { enabled: true, secretName: 'backend' },
  vision: { gpu: { enabled: true }, modelVersions: { vision: 1 } },
  auth: {
    entra: {
      tenantId: guid,
      audience: guid,
      clientId: guid,
      metadataUrl: 'https://login.example.com/x',
      allowV1: true,
    },
  },
};

const environments = (values: object) => all(render(values), 'Deployment').map(environment);

describeChart('the environment of the pods', () => {
  const set = () =>
    new Set([...environments({}), ...environments(everything)].flatMap(Object.keys));

  it('holds no variable that the server does not know', () => {
    expect([...set()].filter((name) => !known.includes(name))).toEqual([]);
    expect(settable.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('reaches every variable of the server, or leaves it out for a reason', () => {
    const reached = new Set([...set(), ...settable, ...Object.keys(LEFT_OUT)]);
    expect(known.filter((name) => !reached.has(name))).toEqual([]);
    expect(Object.keys(LEFT_OUT).filter((name) => settable.includes(name))).toEqual([]);
  });

  it('is a configuration that the server accepts', () => {
    for (const variables of [...environments({}), ...environments(everything)]) {
      expect(() => loadConfig(variables)).not.toThrow();
    }
  });

  it('takes settings for all, for one Deployment, and from Secrets', () => {
    const manifests = render({
      config: { LOG_LEVEL: 'warn', MAX_IMAGE_PIXELS: 200_000_000 },
      vision: { config: { LOG_LEVEL: 'debug', SHUTDOWN_DELAY_MS: 0 } },
      secretConfig: { CORS_ORIGINS: { name: 'origins', key: 'list' } },
    });
    expect(environment(one(manifests, 'Deployment', 'faq'))).toMatchObject({
      LOG_LEVEL: 'warn',
      MAX_IMAGE_PIXELS: '200000000',
      SHUTDOWN_DELAY_MS: '2000',
      CORS_ORIGINS: 'origins/list',
    });
    expect(environment(one(manifests, 'Deployment', 'vision'))).toMatchObject({
      LOG_LEVEL: 'debug',
      SHUTDOWN_DELAY_MS: '0',
    });
  });

  it('has the defaults of the server where the chart has to know them', () => {
    const [variables = {}] = environments({});
    for (const name of ['MAX_BODY_BYTES', 'REQUEST_TIMEOUT_MS', 'SHUTDOWN_DELAY_MS'] as const) {
      expect(variables[name]).toBe(String(configSchema.shape[name].parse(undefined)));
    }
  });
});
