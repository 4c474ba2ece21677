import { describe, expect, it } from '@jest/globals';
import { contentPolicy } from './page.policy.js';
import { signInOf } from './sign.in.js';

const complete = {
  AZURE_AD_CLIENT_ID: '11111111-2222-4333-8444-555555555555',
  AZURE_AD_TENANT_ID: '66666666-7777-4888-9999-000000000000',
  AZURE_AD_AUDIENCE: 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee',
};

describe('signing in to the playground', () => {
  it('asks the worldwide cloud for a token of the API', () => {
    expect(signInOf(complete)).toEqual({
      clientId: '11111111-2222-4333-8444-555555555555',
      authority: 'https://login.microsoftonline.com/66666666-7777-4888-9999-000000000000',
      scopes: ['aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee/.default'],
    });
  });

  it('asks the cloud that the metadata comes from', () => {
    const metadata = 'https://login.microsoftonline.us/t/v2.0/.well-known/openid-configuration';
    const { authority } = signInOf({ ...complete, AZURE_AD_METADATA_URL: metadata }) ?? {};
    expect(authority).toMatch(/^https:\/\/login\.microsoftonline\.us\/66666666/);
  });

  it.each(Object.keys(complete))('is not offered without %s', (name) => {
    expect(signInOf({ ...complete, [name]: undefined })).toBeUndefined();
  });

  it('opens the policy of the page to the host that hands out tokens, and to no other', () => {
    const closed = contentPolicy(undefined);
    const open = contentPolicy(signInOf(complete));
    expect(closed).toContain(";connect-src 'self';");
    expect(open).toBe(
      closed.replace("connect-src 'self'", "connect-src 'self' https://login.microsoftonline.com"),
    );
  });
});
