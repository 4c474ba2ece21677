import type { BrowserContext, Route } from 'playwright-core';

const ORIGIN = 'https://login.microsoftonline.com';
const TENANT = '66666666-7777-4888-9999-000000000000';
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const CLIENT_INFO = encode({ uid: 'person', utid: TENANT });

export const SIGN_IN = {
  clientId: '11111111-2222-4333-8444-555555555555',
  authority: `${ORIGIN}/${TENANT}`,
  scopes: ['aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee/.default'],
};

/** Plays Microsoft's sign-in for a browser: everybody is let in, as Ada, with `token`. */
export async function fakeMicrosoft(context: BrowserContext, token: string): Promise<void> {
  let nonce: string | null = null;
  await context.route(`${ORIGIN}/**`, async (route) => {
    const url = new URL(route.request().url());
    if (url.pathname.endsWith('/authorize')) {
      nonce = url.searchParams.get('nonce');
      return sendBack(route, url.searchParams);
    }
    if (url.pathname.endsWith('/token')) return answer(route, tokens(token, nonce));
    return answer(route, {});
  });
}

function sendBack(route: Route, asked: URLSearchParams): Promise<void> {
  const fragment = new URLSearchParams({
    code: 'code',
    state: asked.get('state') ?? '',
    client_info: CLIENT_INFO,
  });
  const target = `${asked.get('redirect_uri')}#${fragment}`;
  const body = `<script>location.replace(${JSON.stringify(target)})</script>`;
  return route.fulfill({ contentType: 'text/html', body });
}

function tokens(token: string, nonce: string | null) {
  const claims = {
    aud: SIGN_IN.clientId,
    iss: `${SIGN_IN.authority}/v2.0`,
    tid: TENANT,
    oid: 'person',
    sub: 'person',
    name: 'Ada',
    preferred_username: 'ada@example.org',
    nonce,
    iat: Math.floor(Date.now() / 1000),
    exp: Math.floor(Date.now() / 1000) + 3600,
  };
  return {
    token_type: 'Bearer',
    scope: SIGN_IN.scopes.join(' '),
    expires_in: 3600,
    access_token: token,
    id_token: `${encode({ alg: 'RS256' })}.${encode(claims)}.c2lnbmF0dXJl`,
    client_info: CLIENT_INFO,
  };
}

function answer(route: Route, json: object): Promise<void> {
  return route.fulfill({ json, headers: { 'access-control-allow-origin': '*' } });
}
