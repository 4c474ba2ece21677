import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Claims, newKey, TestIssuer } from './support/issuer.js';
import { type Answer, TestServer } from './support/server.js';

const ENV = { MODELS: 'vision', FAILED_AUTH_PER_MINUTE: '100000' };
const HOUR = 3600;
const now = () => Math.floor(Date.now() / 1000);

/** Every token that a test sends, to be looked for in what the server wrote. */
const sent = new Set<string>();

function call(server: TestServer, token: string, path = '/v1/models', method = 'GET') {
  sent.add(token);
  return server.request(path, { method, key: null, headers: { authorization: `Bearer ${token}` } });
}

function expectRefused(answer: Answer): void {
  expect(answer.status).toBe(401);
  expect(String(answer.headers['www-authenticate'])).toMatch(
    /^Bearer realm="nestor", error="invalid_token"/,
  );
  expect(answer.json()).toMatchObject({
    type: '/docs/errors/unauthenticated',
    detail: expect.stringMatching(/^A valid credential is needed/),
  });
}

/** What a process wrote before its answer may arrive after it. */
async function eventually(check: () => void | Promise<void>, seconds = 3): Promise<void> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await sleep(50);
    }
  }
}

/** Nothing of a token may be in the output: not the whole, and no part that could be replayed. */
function expectNoTokenIn({ stdout, stderr }: TestServer): void {
  const output = stdout + stderr;
  for (const token of sent) {
    for (const part of [token, ...token.split('.')]) {
      if (part.length > 20 && output.includes(part)) throw new Error('a token is in the output');
    }
  }
  expect(output).not.toMatch(/Ada Lovelace|eyJ[\w-]{20}|AzureAD/);
  expect(stderr).toBe('');
}

describe('Entra ID tokens', () => {
  let issuer: TestIssuer;
  let server: TestServer;
  beforeAll(async () => {
    issuer = await TestIssuer.start();
    // As the metadata may lie: HS256 must not work all the same.
    issuer.algorithms = ['HS256', 'none', 'RS256'];
    server = await TestServer.start({ ...ENV, ...issuer.env });
  });
  afterAll(async () => {
    await server.stop();
    await issuer.stop();
  });

  /** The answer is the same for all; the log has the reason. */
  const expectReason = (answer: Answer, reason: string) => {
    const line = `token refused: ${reason} in request ${String(answer.headers['x-request-id'])}"`;
    return eventually(() => expect(server.stdout).toContain(line));
  };

  describe('that are good', () => {
    it('let an application in by its roles, and again from memory', async () => {
      const token = await issuer.token();
      for (let times = 0; times < 3; times += 1) {
        expect((await call(server, token)).status).toBe(200);
      }
    });

    it('let a user in by the scopes that the client was granted', async () => {
      const token = await issuer.userToken('openid vision.score');
      expect((await call(server, token)).status).toBe(200);
      // Allowed in, and then refused for its body.
      expect((await call(server, token, '/v1/vision/classify', 'POST')).status).toBe(415);
    });

    it('are named in the log by tenant and object, not by person', async () => {
      const oid = randomUUID();
      await call(server, await issuer.userToken('faq.score', { oid }));
      await call(server, await issuer.token({ oid }));
      await eventually(() => {
        const principals = server.logs().map((line) => line['principal']);
        expect(principals).toContain(`user:${issuer.tenantId}/${oid}`);
        expect(principals).toContain(`application:${issuer.tenantId}/${oid}`);
      });
    });

    it('may be a minute off by the clock', async () => {
      const late = await issuer.token({ nbf: now() - HOUR, exp: now() - 30 });
      const early = await issuer.token({ nbf: now() + 30 });
      expect((await call(server, late)).status).toBe(200);
      expect((await call(server, early)).status).toBe(200);
    });

    it('are found whatever the case of the scheme', async () => {
      const headers = { authorization: `bEARER ${await issuer.token()}` };
      expect((await server.request('/v1/models', { key: null, headers })).status).toBe(200);
    });
  });

  describe('that lack a scope', () => {
    const insufficient = async (token: string, path: string, method: string) => {
      const answer = await call(server, token, path, method);
      expect([path, answer.status]).toEqual([path, 403]);
      return String(answer.headers['www-authenticate']);
    };

    it('get 403 with the scope that is missing', async () => {
      const token = await issuer.userToken('faq.score');
      const challenge = await insufficient(token, '/v1/vision/classify', 'POST');
      expect(challenge).toBe(
        'Bearer realm="nestor", error="insufficient_scope", scope="vision.score"',
      );
    });

    it('do not get it from the other kind of permission', async () => {
      const user = await issuer.userToken('faq.score', { roles: ['vision.score'] });
      await insufficient(user, '/v1/vision/classify', 'POST');
      const empty = await issuer.userToken('', { roles: ['vision.score'] });
      await insufficient(empty, '/v1/vision/classify', 'POST');
      const text = await issuer.token({ roles: 'vision.score' });
      await insufficient(text, '/v1/vision/classify', 'POST');
    });

    it('enter nowhere, as Entra gives tokens to every application of a tenant', async () => {
      const { paths } = (await server.request('/openapi.json', { key: null })).json() as {
        paths: Record<string, Record<string, unknown>>;
      };
      const token = await issuer.token({ roles: ['other.role'] });
      const open: string[] = [];
      for (const [template, methods] of Object.entries(paths)) {
        for (const method of Object.keys(methods)) {
          const path = template.replaceAll(/\{\w+\}/g, 'x');
          const { status } = await server.request(path, {
            method: method.toUpperCase(),
            key: null,
          });
          if (status === 401) await insufficient(token, path, method.toUpperCase());
          else open.push(`${method} ${template}`);
        }
      }
      // Whoever opens a route has to write it down here.
      const PUBLIC =
        /^get \/((faq|vision)?\/?(version)?|livez|readyz|v2|v2\/health\/.*|playground.*)$/;
      expect(open.filter((route) => !PUBLIC.test(route))).toEqual([]);
      expect(Object.keys(paths).length).toBeGreaterThan(8);
    });
  });

  describe('that are attacks', () => {
    const rogue = newKey();
    const pem = () => issuer.key.publicKey.export({ type: 'spki', format: 'pem' });
    const pkcs1 = () => issuer.key.publicKey.export({ type: 'pkcs1', format: 'pem' });
    const signed = (changes: Claims) => () => issuer.token(changes);
    const other = randomUUID();

    const attacks: [string, string, () => string | Promise<string>][] = [
      ['an expired token', 'expired', signed({ exp: now() - 90 })],
      ['a token of tomorrow', 'not-yet-valid', signed({ nbf: now() + 120 })],
      ['no expiry', 'no-expiry', signed({ exp: undefined })],
      ['an expiry in words', 'no-expiry', signed({ exp: '4102444800' })],
      ['another audience', 'audience', signed({ aud: other })],
      ['no audience', 'audience', signed({ aud: undefined })],
      ['two audiences', 'audience', () => issuer.token({ aud: [issuer.clientId, other] })],
      ['another issuer', 'issuer', signed({ iss: 'https://evil.example/v2.0' })],
      [
        'the issuer of another tenant',
        'issuer',
        () => issuer.token({ iss: `${issuer.url}/${other}/v2.0`, tid: other }),
      ],
      ['no issuer', 'issuer', signed({ iss: undefined })],
      ['a tenant that is not the issuer’s', 'tenant', signed({ tid: other })],
      ['no tenant', 'tenant', signed({ tid: undefined })],
      ['no version', 'version', signed({ ver: undefined })],
      [
        'version 1, which is not allowed',
        'version',
        () => issuer.token({ ver: '1.0', iss: `https://sts.windows.net/${issuer.tenantId}/` }),
      ],
      ['no object', 'identity', signed({ oid: undefined })],
      ['an object that would break the log', 'identity', signed({ oid: 'a\n{"level":"info"}' })],
      ['an application that says it is a user', 'token-kind', signed({ idtyp: 'user' })],
      ['alg none', 'algorithm', () => issuer.forge({ alg: 'none' }, {}, () => '')],
      [
        'alg none with a signature',
        'algorithm',
        () => issuer.forge({ alg: 'none' }, {}, () => 'x'),
      ],
      ['HS256 with the public key (SPKI)', 'algorithm', () => issuer.hs256(pem())],
      ['HS256 with the public key (PKCS#1)', 'algorithm', () => issuer.hs256(pkcs1())],
      [
        'HS256 said to be RS256',
        'signature',
        () => issuer.forge({ alg: 'RS256' }, {}, () => 'AAAA'),
      ],
      ['no key id', 'no-key-id', () => issuer.token({}, { header: { kid: undefined } })],
      [
        'a key id that is not a text',
        'no-key-id',
        () => issuer.forge({ alg: 'RS256', kid: {} }, {}, () => 'AA'),
      ],
      ['an unknown key id', 'unknown-key', () => issuer.token({}, { key: rogue })],
      [
        'a rogue key under a good key id',
        'signature',
        () => issuer.token({}, { key: { ...rogue, kid: issuer.key.kid } }),
      ],
      [
        'a rogue key that comes with the token',
        'signature',
        () => {
          const jwk = rogue.publicKey.export({ format: 'jwk' });
          return issuer.token({}, { key: { ...rogue, kid: issuer.key.kid }, header: { jwk } });
        },
      ],
      [
        'a critical extension',
        'malformed',
        () => issuer.forge({ alg: 'RS256', crit: ['b64'] }, {}, () => 'AA'),
      ],
      [
        'changed claims',
        'signature',
        async () => {
          const [header, , signature] = (await issuer.token()).split('.');
          const claims = Buffer.from(JSON.stringify(issuer.claims())).toString('base64url');
          return `${header}.${claims}.${signature}`;
        },
      ],
      [
        'claims that are not JSON',
        'malformed',
        () => `${btoa('{"typ":"JWT","alg":"RS256","kid":"a"}').replaceAll('=', '')}.AAAA.AAAA`,
      ],
      ['two parts', 'malformed', () => 'eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ'],
      ['no token at all', 'malformed', () => 'abc'],
      ['an API key', 'malformed', () => server.key],
    ];

    it.each(attacks)('are refused: %s', async (_name, reason, make) => {
      const answer = await call(server, await make());
      expectRefused(answer);
      await expectReason(answer, reason);
    });

    it('are refused the second time too, as only verified tokens are remembered', async () => {
      const good = await issuer.token();
      expect((await call(server, good)).status).toBe(200);
      expectRefused(await call(server, good.slice(0, -4)));
      const bad = await issuer.token({ aud: other });
      expectRefused(await call(server, bad));
      expectRefused(await call(server, bad));
    });

    it('are refused in the query, with and without a good header', async () => {
      const token = await issuer.token();
      sent.add(token);
      const path = `/v1/models?access_token=${token}`;
      expectRefused(await server.request(path, { key: null }));
      const answer = await call(server, token, path);
      expectRefused(answer);
      await expectReason(answer, 'token-in-query');
    });

    it('are refused in the body', async () => {
      const access_token = await issuer.token();
      sent.add(access_token);
      const json = await server.post('/v1/vision/classify', { access_token }, { key: null });
      const form = await server.request('/score', {
        method: 'POST',
        key: null,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: `access_token=${access_token}`,
      });
      expect([json.status, form.status]).toEqual([401, 401]);
      // Nothing was presented where credentials are looked for.
      expect(json.headers['www-authenticate']).toBe('Bearer realm="nestor", ApiKey realm="nestor"');
    });

    it('are refused in a doubled header, even when both are good', async () => {
      const token = await issuer.token();
      const authorization = [`Bearer ${token}`, `Bearer ${token}`] as unknown as string;
      const headers = { authorization };
      const answer = await server.request('/v1/models', { key: null, headers });
      expectRefused(answer);
      await expectReason(answer, 'duplicated-header');
    });

    it('are refused with another scheme', async () => {
      const token = await issuer.token();
      for (const authorization of [token, `Basic ${token}`, `Bearer ${token} ${token}`, 'Bearer']) {
        const headers = { authorization };
        const answer = await server.request('/v1/models', { key: null, headers });
        expectRefused(answer);
        await expectReason(answer, 'not-bearer');
      }
    });

    it('are refused by their size: a megabyte is not even read', async () => {
      const answer = await call(server, 'a'.repeat(1 << 20)).catch((error: Error) => error);
      // Node ends the connection: the caller sees 431 or, still writing, a broken pipe.
      if (answer instanceof Error) expect(answer.message).toMatch(/EPIPE|ECONNRESET|hang up/);
      else expect(answer.status).toBe(431);
      expect((await call(server, await issuer.token())).status).toBe(200);
    });
  });

  describe('beside API keys', () => {
    it('are not looked at: the key alone decides', async () => {
      const headers = { authorization: `Bearer ${await issuer.token()}` };
      expect((await server.request('/v1/models', { headers })).status).toBe(200);
      expect((await server.request('/v1/models', { headers, key: 'nst_no_no' })).status).toBe(401);
      const nonsense = { authorization: 'Basic Og==' };
      expect((await server.request('/v1/models', { headers: nonsense })).status).toBe(200);
    });

    it('are asked for in a challenge of their own, without an error when none came', async () => {
      const answer = await server.request('/v1/models', { key: null });
      expect(answer.headers['www-authenticate']).toBe(
        'Bearer realm="nestor", ApiKey realm="nestor"',
      );
      expect(answer.json().detail).toMatch(/X-API-Key or an Entra ID access token/);
    });
  });

  it('stand nowhere in what the server writes', () => {
    expect(sent.size).toBeGreaterThan(40);
    expectNoTokenIn(server);
    expect(server.process.exitCode).toBeNull();
    expect(server.faults()).toEqual([]);
  });
});

describe('Entra ID tokens of version 1', () => {
  let issuer: TestIssuer;
  let server: TestServer;
  beforeAll(async () => {
    issuer = await TestIssuer.start();
    const only = { AZURE_AD_ALLOW_V1: 'true', API_KEYS_FILE: '' };
    server = await TestServer.start({ ...ENV, ...issuer.env, ...only });
  });
  afterAll(async () => {
    await server.stop();
    await issuer.stop();
  });

  const v1 = (changes: Claims = {}) =>
    issuer.token({
      ver: '1.0',
      iss: `https://sts.windows.net/${issuer.tenantId}/`,
      aud: `api://${issuer.clientId}`,
      ...changes,
    });

  it('are accepted beside version 2 where that is configured', async () => {
    const { kid } = issuer.key;
    const token = await issuer.token(
      { ...issuer.claims({ ver: '1.0', iss: `https://sts.windows.net/${issuer.tenantId}/` }) },
      { header: { x5t: kid } },
    );
    for (const good of [await v1(), await issuer.token(), token]) {
      expect((await call(server, good)).status).toBe(200);
    }
  });

  it('must not mix the versions', async () => {
    expectRefused(await call(server, await v1({ iss: issuer.issuer })));
    expectRefused(await call(server, await v1({ ver: '2.0' })));
    expectRefused(await call(server, await issuer.token({ aud: `api://${issuer.clientId}` })));
    expectRefused(
      await call(server, await v1({ iss: `https://sts.windows.net/${randomUUID()}/` })),
    );
  });

  it('are all that is taken where no key file is configured', async () => {
    const answer = await server.request('/v1/models');
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="nestor"');
    const headers = { authorization: `Bearer ${await v1()}` };
    expect((await server.request('/v1/models', { headers })).status).toBe(200);
  });
});

describe('an identity provider', () => {
  let issuer: TestIssuer;
  let server: TestServer;
  beforeAll(async () => {
    issuer = await TestIssuer.start('down');
    const env = { ...ENV, ...issuer.env, API_KEYS_FILE: '' };
    server = await TestServer.start(env, { until: 'listening' });
  });
  afterAll(async () => {
    await server.stop();
    await issuer.stop();
  });

  const readyz = async () => (await server.request('/readyz', { key: null })).status;
  const lastFault = () =>
    server
      .logs()
      .map(({ msg }) => /keys cannot be read \(([^)]+)\)/.exec(String(msg))?.[1])
      .findLast((fault) => fault !== undefined);
  const failedWith = (fault: string) => eventually(() => expect(lastFault()).toBe(fault), 20);

  it('that is down at the start leaves the server up, not ready, answering 503', async () => {
    expect(await readyz()).toBe(503);
    expect((await server.request('/livez', { key: null })).status).toBe(200);
    const answer = await call(server, await issuer.token());
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('5');
    expect(answer.json().type).toBe('/docs/errors/identity-provider-unavailable');
    expect((await server.request('/v1/models', { key: null })).status).toBe(401);
  });

  const faults = [
    ['html-500', 'bad-status: 500'],
    ['html-200', 'not-json'],
    ['json-500', 'bad-status: 500'],
    ['keys-json-500', 'bad-status: 500'],
    ['keys-html-200', 'not-json'],
    ['redirecting', 'unreachable'],
    ['endless', 'too-large'],
    ['other-tenant', 'other-tenant'],
    ['hanging', 'timed-out'],
  ] as const;

  it('that answers wrongly in any way at the start changes nothing of that', async () => {
    for (const [manner, fault] of faults) {
      await issuer.behave(manner);
      await failedWith(fault);
      expect((await call(server, await issuer.token())).status).toBe(503);
      expect(await readyz()).toBe(503);
    }
  }, 300_000);

  it('that comes back makes the server ready by itself', async () => {
    await issuer.behave('good');
    await eventually(async () => expect(await readyz()).toBe(200), 15);
    expect((await call(server, await issuer.token())).status).toBe(200);
  });

  it('that goes down later is not missed: its keys are known', async () => {
    const seen = await issuer.token();
    expect((await call(server, seen)).status).toBe(200);
    await issuer.behave('down');
    expect((await call(server, seen)).status).toBe(200);
    expect((await call(server, await issuer.token())).status).toBe(200);
    expect(await readyz()).toBe(200);
  });

  it('that cannot be asked for a new key makes 503 of its tokens, and of no other', async () => {
    const rotated = newKey();
    const before = issuer.requests;
    const token = await issuer.token({}, { key: rotated });
    expect((await call(server, token)).status).toBe(503);
    expect((await call(server, await issuer.token())).status).toBe(200);
    // Faults of every kind, while the keys are known.
    for (const [manner, fault] of faults.slice(0, 3)) {
      await issuer.behave(manner);
      await failedWith(fault);
      expect((await call(server, token)).status).toBe(503);
      expect((await call(server, await issuer.token())).status).toBe(200);
      expect(await readyz()).toBe(200);
    }
    issuer.keys = [rotated, issuer.key];
    await issuer.behave('good');
    await eventually(async () => expect((await call(server, token)).status).toBe(200), 20);
    expect(issuer.requests).toBeGreaterThan(before);
  });

  it('is asked at most once for unknown keys, however many are sent', async () => {
    const before = issuer.requests;
    const tokens = await Promise.all(
      Array.from({ length: 20 }, () =>
        issuer.token({}, { key: { ...issuer.key, kid: randomUUID() } }),
      ),
    );
    const answers = await Promise.all(tokens.map((token) => call(server, token)));
    expect(answers.map(({ status }) => status)).toEqual(tokens.map(() => 401));
    expect(issuer.requests - before).toBeLessThanOrEqual(1);
  });

  it('neither ends the process nor gets a token into its output', () => {
    expect(server.process.exitCode).toBeNull();
    expectNoTokenIn(server);
  });
});

describe('beside a running identity provider', () => {
  let issuer: TestIssuer;
  let server: TestServer;
  afterEach(async () => {
    await server.stop();
    await issuer.stop();
  });

  it('a rotation is followed at once, and tokens of the key that vanished are forgotten', async () => {
    issuer = await TestIssuer.start();
    server = await TestServer.start({ ...ENV, ...issuer.env, API_KEYS_FILE: '' });
    const old = await issuer.token();
    expect((await call(server, old)).status).toBe(200);
    issuer.keys = [newKey()];
    expect((await call(server, old)).status).toBe(200);
    expect((await call(server, await issuer.token())).status).toBe(200);
    expectRefused(await call(server, old));
    expectNoTokenIn(server);
    expect(await server.stop()).toBe(0);
  });

  it('a server with API keys is ready while the identity provider hangs, and says so', async () => {
    issuer = await TestIssuer.start('hanging');
    server = await TestServer.start({ ...ENV, ...issuer.env });
    expect((await server.request('/readyz', { key: null })).status).toBe(200);
    expect((await server.request('/v1/models')).status).toBe(200);
    expect((await call(server, await issuer.token())).status).toBe(503);
    const line = /\(timed-out\): no token can be verified; API keys, if configured, still work/;
    await eventually(() => expect(server.stdout).toMatch(line));
    expect(await server.stop()).toBe(0);
  });
});
