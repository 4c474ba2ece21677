import { describe, expect, it } from '@jest/globals';
import { ConfigError, loadConfig } from './config.js';

const plain = { TLS: 'off', API_KEYS_FILE: 'keys.json' };
const secure = { API_KEYS_FILE: 'keys.json', TLS_CERT_FILE: 'c', TLS_KEY_FILE: 'k' };

describe('configuration of the edge', () => {
  it('takes addresses, ranges and exact origins', () => {
    const config = loadConfig({
      ...plain,
      TRUST_PROXY: '10.0.0.0/8, 192.0.2.1,fd00::/8',
      CORS_ORIGINS: 'https://app.example.com,http://localhost:3000',
    });
    expect(config.TRUST_PROXY).toEqual(['10.0.0.0/8', '192.0.2.1', 'fd00::/8']);
    expect(config.CORS_ORIGINS).toEqual(['https://app.example.com', 'http://localhost:3000']);
  });

  it.each([
    '*',
    'null',
    'https://*.example.com',
    'https://a.example.com/',
    'a.example.com',
    'ftp://a',
  ])('refuses %s as an origin', (origin) => {
    expect(() => loadConfig({ ...plain, CORS_ORIGINS: origin })).toThrow(/^.*\n {2}CORS_ORIGINS: /);
  });

  it.each([
    'true',
    'proxy.local',
    '10.0.0.0/33',
    '10.0.0.0/',
    '::/129',
    'loopback',
    '10.0.0.1/8/8',
  ])('refuses %s as a proxy', (proxy) => {
    expect(() => loadConfig({ ...plain, TRUST_PROXY: proxy })).toThrow(/^.*\n {2}TRUST_PROXY: /);
  });

  it('refuses a redirecting port where there is nothing to redirect to', () => {
    expect(() => loadConfig({ ...plain, HTTP_REDIRECT_PORT: '8080' })).toThrow(ConfigError);
    expect(loadConfig({ ...secure, HTTP_REDIRECT_PORT: '8080' }).HTTP_REDIRECT_PORT).toBe(8080);
  });
});
