import { describe, expect, it } from '@jest/globals';
import { setVariables } from './config.summary.js';

describe('the variables that are set', () => {
  it('are told by name and value, those of others and empty ones are not', () => {
    const environment = { PORT: '8443', MODELS: 'faq,vision', DOCS: '', PATH: '/bin' };
    expect(setVariables(environment)).toEqual(['MODELS=faq,vision', 'PORT=8443']);
  });

  it('are told by name alone where the value may hold a secret', () => {
    const environment = {
      RATE_LIMIT_REDIS_URL: 'rediss://user:hunter2@redis.internal',
      AZURE_AD_METADATA_URL: 'https://login.internal/?code=hunter2',
      API_KEYS_FILE: '/run/keys.json',
      TLS_KEY_FILE: '/run/tls.key',
    };
    expect(setVariables(environment)).toEqual([
      'API_KEYS_FILE=/run/keys.json',
      'AZURE_AD_METADATA_URL',
      'RATE_LIMIT_REDIS_URL',
      'TLS_KEY_FILE=/run/tls.key',
    ]);
  });
});
