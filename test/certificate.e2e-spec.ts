import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from '@jest/globals';
import { Load } from './support/load.js';
import { certificate, TestServer } from './support/server.js';
import { Http2Client, shakeHands } from './support/wire.js';

describe('the certificate', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nestor-certificate-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  let version = 0;

  /** Puts files in place as Kubernetes does: a new folder, and the link to it replaced. */
  const mount = (files: { cert: string; private: string }) => {
    version += 1;
    const name = `..${version}`;
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'tls.crt'), files.cert);
    writeFileSync(join(folder, name, 'tls.key'), files.private);
    symlinkSync(name, join(folder, '..new'));
    renameSync(join(folder, '..new'), join(folder, '..data'));
  };
  const files = {
    TLS_CERT_FILE: join(folder, 'tls.crt'),
    TLS_KEY_FILE: join(folder, 'tls.key'),
  };

  it('is replaced under load without a failed request, and never by a broken one', async () => {
    const first = await certificate(new Date(Date.now() + 5 * 86_400_000));
    mount(first);
    for (const name of ['tls.crt', 'tls.key']) symlinkSync(`..data/${name}`, join(folder, name));
    const server = await TestServer.start({ ...files, MODELS: 'vision' }, { until: 'listening' });
    const shown = async () => (await shakeHands(server)).fingerprint;
    const fingerprint = await shown();
    await ready(server);
    const load = new Load(server, 8);
    const session = new Http2Client(server, { rejectUnauthorized: false });
    expect((await session.request('GET', '/livez')).status).toBe(200);

    mount({ ...first, private: (await certificate()).private });
    await sleep(6_500);
    mount({ ...first, cert: 'broken' });
    await sleep(6_500);
    expect(await shown()).toBe(fingerprint);
    const complaints = server
      .logs()
      .filter((line) => /the old one stays/.test(String(line['msg'])));
    expect(complaints.map((line) => line['level'])).toEqual(['error', 'error']);

    mount(await certificate());
    const swapped = performance.now();
    while ((await shown()) === fingerprint && performance.now() - swapped < 10_000)
      await sleep(200);
    expect(await shown()).not.toBe(fingerprint);
    await sleep(500);
    await load.stop();
    expect((await session.request('GET', '/livez')).status).toBe(200);
    session.close();
    expect(load.failures).toEqual([]);
    expect(load.moved).toBe(0);
    expect(load.answered).toBeGreaterThan(100);

    const warnings = server.logs().filter((line) => line['level'] === 'warn');
    expect(warnings.map((line) => line['msg'])).toEqual([
      expect.stringMatching(/expires in [45] days/),
    ]);
    expect(await server.stop()).toBe(0);
  });

  it('must be usable at the start', async () => {
    writeFileSync(join(folder, 'broken.crt'), 'no PEM');
    const start = TestServer.start({ ...files, TLS_CERT_FILE: join(folder, 'broken.crt') });
    await expect(start).rejects.toThrow(/TLS_CERT_FILE, TLS_KEY_FILE: cannot be used/);
  });
});

/** The test server's own check wants the certificate that it wrote itself. */
async function ready(server: TestServer): Promise<void> {
  while (!/is ready after/.test(server.stdout)) await sleep(50);
}
