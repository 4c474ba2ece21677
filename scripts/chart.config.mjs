/**
 * The part of the chart's schema that follows from the server's configuration: which variables
 * `config` and `secretConfig` take, each with its type and sentence.
 */
import { z } from 'zod';

/** Variables that the chart sets from values of its own or leaves at their default, and why. */
export const CHART_OWNS = {
  HOST: 'pods listen on all their addresses',
  PORT: 'follows from backendTLS.enabled',
  TLS: 'follows from backendTLS.enabled',
  TLS_CERT_FILE: 'follows from backendTLS.secretName',
  TLS_KEY_FILE: 'follows from backendTLS.secretName',
  HTTP_REDIRECT_PORT: 'ingress and gateway redirect',
  MANAGEMENT_PORT: 'container port, monitors and network policy name 9090, its default',
  TRUST_PROXY: 'trustedProxies',
  API_KEYS_FILE: 'auth.apiKeys, keyVault.apiKeys',
  AZURE_AD_TENANT_ID: 'auth.entra.tenantId',
  AZURE_AD_AUDIENCE: 'auth.entra.audience',
  AZURE_AD_CLIENT_ID: 'auth.entra.clientId',
  AZURE_AD_METADATA_URL: 'auth.entra.metadataUrl',
  AZURE_AD_ALLOW_V1: 'auth.entra.allowV1',
  MODELS_DIR: 'models.existingClaim',
  MODELS: 'models of each Deployment',
  MODEL_VERSIONS: 'modelVersions of each Deployment',
  EXECUTION_PROVIDERS: 'gpu of each Deployment',
};

/** They hold a password or a key: only a Secret may bring them. */
const SECRET = new Set(['RATE_LIMIT_REDIS_URL', 'APPLICATIONINSIGHTS_CONNECTION_STRING']);

const secretReference = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'key'],
  properties: { name: { type: 'string', minLength: 1 }, key: { type: 'string', minLength: 1 } },
};

/** The chart's schema with the definitions that follow from the configuration made anew. */
export function withConfiguration(chartSchema, configSchema) {
  const { properties } = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' });
  const settable = Object.entries(properties).filter(([name]) => !(name in CHART_OWNS));
  // Defaults stay the server's: a schema that named them would only seem to set them.
  const open = settable
    .filter(([name]) => !SECRET.has(name))
    .map(([name, type]) => [name, { ...type, default: undefined }]);
  const secret = settable.map(([name, { description }]) => [
    name,
    { description, ...secretReference },
  ]);
  const closed = (entries) => ({
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(entries),
  });
  const $defs = { ...chartSchema.$defs, config: closed(open), secretConfig: closed(secret) };
  return { ...chartSchema, $defs };
}
