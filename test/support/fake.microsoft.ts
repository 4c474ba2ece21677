import { randomUUID } from 'node:crypto';
import type { BrowserContext, Route } from 'playwright-core';
import type { TestIssuer } from './issuer.js';

const PERSON = { oid: randomUUID(), name: 'Ada', preferred_username: 'ada@example.org' };

/**
 * Plays the sign-in pages of an issuer for a browser: everybody is let in as Ada, with a token of
 * the API in her name.
 * @returns the token
 */
export async function fakeSignIn(
  context: BrowserContext,
  issuer: TestIssuer,
  clientId: string,
): Promise<string> {
  const token = await issuer.userToken('faq.score vision.score', PERSON);
  const info = encode({ uid: PERSON.oid, utid: issuer.tenantId });
  let nonce: string | null = null;
  await context.route(`${issuer.url}/**`, async (route) => {
    const url = new URL(route.request().url());
    if (url.pathname.endsWith('/authorize')) {
      nonce = url.searchParams.get('nonce');
      return sendBack(route, url.searchParams, info);
    }
    if (!url.pathname.endsWith('/token')) return answer(route, endpoints(issuer));
    const idToken = await issuer.token({ ...PERSON, aud: clientId, nonce, roles: undefined });
    return answer(route, {
      token_type: 'Bearer',
      scope: `${issuer.clientId}/.default`,
      expires_in: 3600,
      access_token: token,
      id_token: idToken,
      client_info: info,
    });
  });
  return token;
}

function endpoints({ issuer, url, tenantId }: TestIssuer) {
  const base = `${url}/${tenantId}/oauth2/v2.0`;
  return {
    issuer,
    authorization_endpoint: `${base}/authorize`,
    token_endpoint: `${base}/token`,
    jwks_uri: `${url}/${tenantId}/discovery/v2.0/keys`,
  };
}

function sendBack(route: Route, asked: URLSearchParams, info: string): Promise<void> {
  const state = asked.get('state') ?? '';
  const fragment = new URLSearchParams({ code: 'code', state, client_info: info });
  const target = `${asked.get('redirect_uri')}#${fragment}`;
  const body = `<script>location.replace(${JSON.stringify(target)})</script>`;
  return route.fulfill({ contentType: 'text/html', body });
}

function answer(route: Route, json: object): Promise<void> {
  return route.fulfill({ json, headers: { 'access-control-allow-origin': '*' } });
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
