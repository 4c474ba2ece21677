import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generate } from 'selfsigned';
import { ROOT } from './support/cli.js';
import { freePort } from './support/redis.js';
import { TestServer } from './support/server.js';

interface Smoke {
  readonly code: number | null;
  readonly lines: string[];
}

/** Runs the script as an operator does, who trusts the certificate of the test server. */
function smoke(args: string[], env: Record<string, string>): Promise<Smoke> {
  return new Promise((resolve) => {
    const child = spawn('sh', [join(ROOT, 'scripts/smoke.sh'), ...args], {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.once('close', (code) => resolve({ code, lines: text.trim().split('\n') }));
  });
}

const failures = ({ lines }: Smoke) =>
  lines.filter((line) => !line.startsWith('ok ')).map((line) => line.replace(/^FAIL {2}|:.*/g, ''));

describe('the smoke script', () => {
  let server: TestServer;
  let env: Record<string, string>;
  beforeAll(async () => {
    const [port, plain] = [await freePort(), await freePort()];
    server = await TestServer.start({
      PORT: String(port),
      HTTP_REDIRECT_PORT: String(plain),
      PUBLIC_HTTPS_PORT: String(port),
    });
    env = {
      HTTP_URL: `http://127.0.0.1:${plain}`,
      CURL_CA_BUNDLE: join(server.folder, 'tls.crt'),
    };
  });
  afterAll(() => server.stop());

  it('finds nothing wrong with a sound server', async () => {
    const { code, lines } = await smoke([server.url, server.key], env);
    expect([code, lines.filter((line) => line.startsWith('ok '))]).toEqual([0, lines]);
    expect(lines).toHaveLength(7);
  });

  it('counts what is wrong with the key', async () => {
    const found = await smoke([server.url, 'nst_no_key'], env);
    expect(failures(found)).toEqual(['a question is answered', 'a photograph is classified']);
    expect(found.code).toBe(2);
  });

  it('distrusts a certificate that nobody it knows has signed', async () => {
    const found = await smoke([server.url, server.key], { HTTP_URL: env['HTTP_URL'] ?? '' });
    expect(failures(found)).toContain('the certificate is trusted');
    const insecure = await smoke(['--insecure', server.url, server.key], {
      HTTP_URL: env['HTTP_URL'] ?? '',
    });
    expect(insecure.code).toBe(0);
  });

  it('misses a redirect', async () => {
    const found = await smoke([server.url, server.key], { ...env, HTTP_URL: server.url });
    expect(failures(found)).toEqual(['http is redirected to https']);
  });

  it('asks https alone', async () => {
    expect((await smoke(['http://127.0.0.1', 'key'], env)).code).toBe(64);
  });
});

describe('the smoke script before an ingress controller without its Secret', () => {
  it('is not taken in by the controller’s own certificate', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nestor-smoke-'));
    const fake = 'Kubernetes Ingress Controller Fake Certificate';
    const { cert, private: key } = await generate([{ name: 'commonName', value: fake }]);
    writeFileSync(join(folder, 'fake.crt'), cert);
    writeFileSync(join(folder, 'fake.key'), key);
    const files = {
      TLS_CERT_FILE: join(folder, 'fake.crt'),
      TLS_KEY_FILE: join(folder, 'fake.key'),
    };
    const server = await TestServer.start(files, { until: 'listening' });
    const found = await smoke(['--insecure', server.url, server.key], {});
    expect(failures(found)).toContain("the certificate is this service's own");
    await server.stop();
    rmSync(folder, { recursive: true });
  });
});
