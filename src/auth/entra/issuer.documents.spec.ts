import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { loadIssuer } from './issuer.documents.js';

const tenantId = '11111111-aaaa-4aaa-8aaa-111111111111';
const issuer = `https://login.example/${tenantId}/v2.0`;
const jwks_uri = 'https://login.example/keys';
const settings = {
  tenantId,
  metadataUrl: 'https://login.example/metadata',
  audiences: new Map([['2.0', ['aud']]]),
};

function jwk(modulusLength = 2048) {
  return generateKeyPairSync('rsa', { modulusLength }).publicKey.export({ format: 'jwk' });
}

const good = { ...jwk(), kid: 'good', use: 'sig' };

function load(metadata: unknown, keys: unknown) {
  const fetchJson = async (url: string) => (url === jwks_uri ? keys : metadata);
  return loadIssuer(settings, fetchJson, new AbortController().signal);
}

describe('documents of the issuer', () => {
  it('give the keys by their names and what tokens have to say', async () => {
    const { keys, expected } = await load({ issuer, jwks_uri }, { keys: [good] });
    expect([...keys.keys()]).toEqual(['good']);
    expect(keys.get('good')?.key.asymmetricKeyType).toBe('rsa');
    expect(expected.versions.get('2.0')).toEqual({ issuer, audiences: ['aud'] });
  });

  it('may hold keys that are not for us, which are passed over', async () => {
    const { kid: _, ...nameless } = good;
    const others = [
      nameless,
      { ...good, kid: 'encryption', use: 'enc' },
      { ...good, kid: 'other algorithm', alg: 'RS512' },
      { ...good, kid: 'secret', kty: 'oct', k: 'AAAA' },
      { ...good, kid: 'consumers', issuer: 'https://login.example/consumers/v2.0' },
      { ...good, kid: 'broken', n: '!' },
      { ...jwk(1024), kid: 'short' },
      { kty: 'EC', crv: 'P-256', kid: 'curve', x: 'AAAA', y: 'AAAA' },
      null,
      'text',
    ];
    const ours = { ...good, kid: 'template', issuer: 'https://login.example/{tenantid}/v2.0' };
    const { keys } = await load({ issuer, jwks_uri }, { keys: [...others, ours, good] });
    expect([...keys.keys()]).toEqual(['template', 'good']);
  });

  it.each([
    ['unexpected-metadata', null],
    ['unexpected-metadata', []],
    ['unexpected-metadata', { error: 'invalid_tenant' }],
    ['unexpected-metadata', { issuer, jwks_uri: 'http://login.example/keys' }],
    ['unexpected-metadata', { issuer: issuer.replace('https', 'http'), jwks_uri }],
    ['other-tenant', { issuer: 'https://login.example/{tenantid}/v2.0', jwks_uri }],
    ['other-tenant', { issuer: issuer.replaceAll('1', '2'), jwks_uri }],
  ])('are refused as %s: %j', async (code, metadata) => {
    await expect(load(metadata, { keys: [good] })).rejects.toMatchObject({ code });
  });

  it.each([
    ['unexpected-keys', null],
    ['unexpected-keys', { keys: 'none' }],
    ['no-usable-key', { keys: [] }],
    ['no-usable-key', { keys: [{}] }],
  ])('are refused as %s with the keys %j', async (code, keys) => {
    await expect(load({ issuer, jwks_uri }, keys)).rejects.toMatchObject({ code });
  });
});
