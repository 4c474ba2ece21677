import { describe, expect, it } from '@jest/globals';
import { loadConfig } from './config.js';

const AZURE = {
  AZURE_AD_TENANT_ID: '11111111-AAAA-4AAA-8AAA-111111111111',
  AZURE_AD_AUDIENCE: '22222222-aaaa-4aaa-8aaa-222222222222',
};
const load = (env: Record<string, string>) => loadConfig({ TLS: 'off', ...env });

describe('configuration of credentials', () => {
  it('takes API keys, Azure AD or both', () => {
    expect(load({ API_KEYS_FILE: 'keys.json' }).AZURE_AD_TENANT_ID).toBeUndefined();
    expect(load(AZURE)).toMatchObject({
      AZURE_AD_TENANT_ID: AZURE.AZURE_AD_TENANT_ID.toLowerCase(),
      AZURE_AD_ALLOW_V1: false,
    });
    expect(load({ ...AZURE, AZURE_AD_ALLOW_V1: 'true' }).AZURE_AD_ALLOW_V1).toBe(true);
    expect(() => load({ ...AZURE, API_KEYS_FILE: 'keys.json' })).not.toThrow();
    // As a chart renders defaults.
    const defaults = { AZURE_AD_TENANT_ID: '', AZURE_AD_ALLOW_V1: 'false' };
    expect(() => load({ API_KEYS_FILE: 'keys.json', ...defaults })).not.toThrow();
  });

  it('refuses to start where nobody could enter', () => {
    expect(() => load({})).toThrow(/API_KEYS_FILE: nobody could enter.*AZURE_AD_TENANT_ID/);
  });

  it('wants tenant and audience together', () => {
    const { AZURE_AD_TENANT_ID, AZURE_AD_AUDIENCE } = AZURE;
    const keys = { API_KEYS_FILE: 'keys.json' };
    expect(() => load({ ...keys, AZURE_AD_TENANT_ID })).toThrow(/AZURE_AD_AUDIENCE: is required/);
    expect(() => load({ ...keys, AZURE_AD_AUDIENCE })).toThrow(/AZURE_AD_TENANT_ID: is required/);
  });

  it('reads the metadata over https only', () => {
    for (const url of ['http://login.example/x', 'login.example', 'file:///etc/passwd']) {
      const env = { ...AZURE, AZURE_AD_METADATA_URL: url };
      expect(() => load(env)).toThrow(/AZURE_AD_METADATA_URL/);
    }
  });
});
