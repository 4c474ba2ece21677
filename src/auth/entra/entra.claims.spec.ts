import { describe, expect, it } from '@jest/globals';
import { admit, type Claims, expectationOf } from './entra.claims.js';

const tenantId = '11111111-aaaa-4aaa-8aaa-111111111111';
const other = '22222222-aaaa-4aaa-8aaa-222222222222';
const oid = '33333333-AAAA-4AAA-8AAA-333333333333';
const audience = '44444444-aaaa-4aaa-8aaa-444444444444';
const issuer = `https://login.example/${tenantId}/v2.0`;
const NOW = 1_000_000;

const expected = expectationOf(
  { tenantId, metadataUrl: '', audiences: new Map([['2.0', [audience]]]) },
  issuer,
);
const withV1 = expectationOf(
  {
    tenantId,
    metadataUrl: '',
    audiences: new Map([
      ['2.0', [audience]],
      ['1.0', [audience, `api://${audience}`]],
    ]),
  },
  issuer,
);

const good: Claims = {
  ver: '2.0',
  iss: issuer,
  tid: tenantId,
  aud: audience,
  exp: NOW + 600,
  nbf: NOW - 5,
  oid,
  roles: ['faq.score', 'Tasks.Read', 'models.manage'],
};

function read(changes: Claims, want = expected) {
  const admission = admit({ ...good, ...changes }, want, NOW * 1000);
  if ('refusal' in admission) return admission.refusal;
  const { principal, expiresAt } = admission;
  return { ...principal, scopes: [...principal.scopes], expiresAt };
}

describe('claims of a token', () => {
  it('make an application of roles, named by tenant and object', () => {
    expect(read({})).toEqual({
      kind: 'application',
      id: `${tenantId}/${oid.toLowerCase()}`,
      scopes: ['faq.score', 'models.manage'],
      expiresAt: (NOW + 600) * 1000,
    });
  });

  it('make a user of scp, whose roles are not read', () => {
    const scopes = { scp: 'openid vision.score', roles: ['models.manage'] };
    expect(read(scopes)).toMatchObject({ kind: 'user', scopes: ['vision.score'] });
    for (const scp of ['', null, ['faq.score'], 7]) {
      expect(read({ scp })).toMatchObject({ kind: 'user', scopes: [] });
    }
  });

  it('give no scope to an application without roles', () => {
    for (const roles of [undefined, [], 'faq.score', [['faq.score']], { 0: 'faq.score' }]) {
      expect(read({ roles })).toMatchObject({ kind: 'application', scopes: [] });
    }
  });

  it('must not contradict themselves on who is calling', () => {
    expect(read({ idtyp: 'app' })).toMatchObject({ kind: 'application' });
    expect(read({ idtyp: 'user', scp: 'faq.score' })).toMatchObject({ kind: 'user' });
    expect(read({ idtyp: 'user' })).toBe('token-kind');
    expect(read({ idtyp: 'app', scp: 'faq.score' })).toBe('token-kind');
  });

  it.each([
    ['version', { ver: undefined }],
    ['version', { ver: 2 }],
    ['version', { ver: '1.0' }],
    ['issuer', { iss: undefined }],
    ['issuer', { iss: `${issuer}/` }],
    ['issuer', { iss: issuer.replace(tenantId, other) }],
    ['tenant', { tid: undefined }],
    ['tenant', { tid: other }],
    ['audience', { aud: other }],
    ['audience', { aud: `api://${audience}` }],
    ['audience', { aud: [audience] }],
    ['audience', { aud: [audience, other] }],
    ['no-expiry', { exp: undefined }],
    ['no-expiry', { exp: String(NOW + 600) }],
    ['no-expiry', { exp: Infinity }],
    ['expired', { exp: NOW - 60 }],
    ['not-yet-valid', { nbf: NOW + 60 }],
    ['not-yet-valid', { nbf: 'soon' }],
    ['identity', { oid: undefined }],
    ['identity', { oid: `${oid}\n` }],
  ])('are refused for %s: %j', (refusal, changes) => {
    expect(read(changes)).toBe(refusal);
  });

  it('may be off by less than a minute', () => {
    expect(read({ exp: NOW - 59 })).toMatchObject({ kind: 'application' });
    expect(read({ nbf: NOW + 59 })).toMatchObject({ kind: 'application' });
    expect(read({ nbf: undefined })).toMatchObject({ kind: 'application' });
  });

  it('of version 1 have an issuer and audiences of their own', () => {
    const iss = `https://sts.windows.net/${tenantId}/`;
    for (const aud of [audience, `api://${audience}`]) {
      expect(read({ ver: '1.0', iss, aud }, withV1)).toMatchObject({ kind: 'application' });
    }
    expect(read({ ver: '1.0', aud: audience }, withV1)).toBe('issuer');
    expect(read({ iss }, withV1)).toBe('issuer');
    expect(read({ aud: `api://${audience}` }, withV1)).toBe('audience');
  });
});
