/**
 * `node bench/auth.mjs`: what a credential costs, in microseconds of the server's processor time for
 * a request (user and system, all threads). One trivial handler is called in turns without a
 * credential, with an API key, with an Entra token that was seen before and with tokens that were
 * not; the medians of the rounds are printed, and what each adds to the first.
 */
import { fork } from 'node:child_process';
import { createHash, generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generate } from 'selfsigned';
import { median } from './support.mjs';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 9);
const REQUESTS = Number(process.env.BENCH_REQUESTS ?? 4000);
/** Each costs the bench a signature. */
const NEW_TOKENS = Math.ceil(REQUESTS / 4);
const CONNECTIONS = 8;
/** Microseconds that a credential may add. */
const TARGETS = { 'API key': 25, 'Entra token, seen before': 25, 'Entra token, never seen': 250 };

const tenantId = randomUUID();
const clientId = randomUUID();
const signingKey = generateKeyPairSync('rsa', { modulusLength: 2048 });
const folder = mkdtempSync(join(tmpdir(), 'nestor-bench-'));
const apiKey = `nst_bench_${randomBytes(32).toString('base64url')}`;
const issuer = await startIssuer();
const server = await startServer();

const seen = { authorization: `Bearer ${token()}` };
const kinds = {
  public: () => load('/open', REQUESTS, () => ({})),
  'API key': () => load('/closed', REQUESTS, () => ({ 'x-api-key': apiKey })),
  'Entra token, seen before': () => load('/closed', REQUESTS, () => seen),
  'Entra token, never seen': () => {
    const tokens = Array.from({ length: NEW_TOKENS }, token);
    return load('/closed', NEW_TOKENS, () => ({ authorization: `Bearer ${tokens.pop()}` }));
  },
};
const results = new Map(Object.keys(kinds).map((kind) => [kind, []]));
for (let round = 0; round <= ROUNDS; round += 1) {
  process.stderr.write(round === 0 ? 'warming up\n' : `round ${round} of ${ROUNDS}\n`);
  for (const [kind, run] of Object.entries(kinds)) {
    const microseconds = await run();
    if (round > 0) results.get(kind).push(microseconds);
  }
}
server.child.kill();
issuer.server.close();
rmSync(folder, { recursive: true, force: true });

const base = results.get('public');
process.stdout.write('server processor time for a request, microseconds\n\n');
for (const [kind, values] of results) {
  // By round, as a machine that slows down slows the whole round.
  const added = median(values.map((value, round) => value - base[round]));
  const target = TARGETS[kind];
  const verdict =
    target === undefined ? '' : `${added < 0 ? '' : '+'}${added.toFixed(1)} (at most +${target})`;
  process.stdout.write(`${kind.padEnd(26)}${median(values).toFixed(1).padStart(7)}  ${verdict}\n`);
  if (target !== undefined && added > target) process.exitCode = 1;
}

/** Sends requests over some keep-alive connections; returns the server's microseconds for each. */
async function load(path, count, headersOf) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const before = await server.cpu();
  let left = count;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      await get(path, headersOf(), agent);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  const after = await server.cpu();
  agent.destroy();
  return (after - before) / count;
}

function get(path, headers, agent) {
  return new Promise((resolve, reject) => {
    request(`${server.url}${path}`, { agent, headers }, (response) => {
      response.resume().once('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`${path} answered ${response.statusCode}`));
      });
    })
      .once('error', reject)
      .end();
  });
}

/** A delegated token with what Entra puts into one. */
function token() {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    aud: clientId,
    iss: issuer.issuer,
    iat: now,
    nbf: now,
    exp: now + 3600,
    aio: randomBytes(60).toString('base64'),
    azp: randomUUID(),
    azpacr: '0',
    name: 'A user of the bench',
    oid: randomUUID(),
    preferred_username: 'user@bench.example',
    rh: randomBytes(40).toString('base64'),
    scp: 'faq.score vision.score',
    sub: randomBytes(32).toString('base64url'),
    tid: tenantId,
    uti: randomUUID(),
    ver: '2.0',
  };
  const encode = (part) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const input = `${encode({ typ: 'JWT', alg: 'RS256', kid: 'bench' })}.${encode(claims)}`;
  return `${input}.${sign('sha256', input, signingKey.privateKey).toString('base64url')}`;
}

async function startIssuer() {
  const pems = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
    keySize: 2048,
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  });
  writeFileSync(join(folder, 'ca.crt'), pems.cert);
  const server = createServer({ cert: pems.cert, key: pems.private }, ({ url }, response) => {
    const key = { ...signingKey.publicKey.export({ format: 'jwk' }), kid: 'bench', use: 'sig' };
    const metadata = { issuer, jwks_uri: `${origin}/keys` };
    response.end(JSON.stringify(url === '/keys' ? { keys: [key] } : metadata));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `https://127.0.0.1:${server.address().port}`;
  const issuer = `${origin}/${tenantId}/v2.0`;
  return { server, issuer };
}

async function startServer() {
  const sha256 = createHash('sha256').update(apiKey).digest('hex');
  const keys = [{ id: 'bench', sha256, scopes: ['faq.score'], ratePerMinute: 10_000_000 }];
  writeFileSync(join(folder, 'keys.json'), JSON.stringify({ keys }));
  const child = fork(fileURLToPath(new URL('./auth.server.mjs', import.meta.url)), {
    env: {
      ...process.env,
      NODE_EXTRA_CA_CERTS: join(folder, 'ca.crt'),
      TLS: 'off',
      API_KEYS_FILE: join(folder, 'keys.json'),
      AZURE_AD_TENANT_ID: tenantId,
      AZURE_AD_AUDIENCE: clientId,
      AZURE_AD_METADATA_URL: `${issuer.issuer}/.well-known/openid-configuration`,
    },
  });
  const answer = () => new Promise((resolve) => child.once('message', resolve));
  const { url } = await answer();
  const cpu = async () => {
    child.send('cpu');
    return (await answer()).microseconds;
  };
  return { child, url, cpu };
}
