import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runCli } from './support/cli.js';
import { TestServer } from './support/server.js';

const KEY = /^nst_shop_[A-Za-z0-9_-]{43}\n$/;
let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nestor-keys-'));
  file = join(folder, 'keys.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const keys = (command: string, ...args: string[]) =>
  runCli(['keys', command, '--file', file, ...args]);
const create = (id = 'shop', ...args: string[]) =>
  keys('create', '--id', id, '--scope', 'faq.score', ...args);
const listed = async () => JSON.parse((await keys('list', '--json')).stdout).keys;

describe('nestor keys', () => {
  it('creates a key, prints it alone and keeps its hash only, for the owner only', async () => {
    const { code, stdout, stderr } = await create('shop', '--expires', '90d', '--rate', '30');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(KEY);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).not.toContain(stdout.trim().slice(9));
    expect(readdirSync(folder)).toEqual(['keys.json']);
    const [only] = await listed();
    expect(only).toMatchObject({ id: 'shop', scopes: ['faq.score'], ratePerMinute: 30 });
    expect(Date.parse(only.expiresAt)).toBeGreaterThan(Date.now() + 89 * 86_400_000);
  });

  it('prints JSON where it is asked for', async () => {
    const created = JSON.parse((await create('shop', '--json')).stdout);
    expect(`${created.key}\n`).toMatch(KEY);
    expect(created).toMatchObject({ id: 'shop', scopes: ['faq.score'] });
    const [only] = await listed();
    expect(only).toEqual({
      id: 'shop',
      fingerprint: created.fingerprint,
      scopes: ['faq.score'],
      state: 'valid',
    });
    expect((await keys('list')).stdout).toBe(
      `shop\tvalid\tfaq.score\tno end\tdefault rate\t${created.fingerprint}\n`,
    );
  });

  it('refuses a second key for an id and points to rotating', async () => {
    await create();
    const before = readFileSync(file, 'utf8');
    const { code, stdout, stderr } = await create();
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^the key file has a key with the id 'shop'.*keys rotate.*\n$/);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('rotates with an overlap, once at a time, and ends the old key early on demand', async () => {
    await create('shop', '--rate', '30');
    await create('other');
    const { code, stdout, stderr } = await keys('rotate', '--id', 'shop', '--overlap', '2d');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(KEY);
    const [other, old, next] = await listed();
    expect([other.id, old.id, next.id]).toEqual(['other', 'shop', 'shop']);
    expect(Date.parse(old.expiresAt)).toBeLessThanOrEqual(Date.now() + 2 * 86_400_000);
    expect(next).toMatchObject({ ratePerMinute: 30, state: 'valid' });
    expect(next.expiresAt).toBeUndefined();

    const again = await keys('rotate', '--id', 'shop');
    expect(again.code).toBe(1);
    expect(again.stderr).toContain("'shop' has two valid keys");
    expect((await keys('revoke', '--id', 'shop', '--old')).code).toBe(0);
    expect(await listed()).toEqual([other, next]);
    const rotated = await keys('rotate', '--id', 'shop', '--overlap', '0d', '--json');
    expect(await listed()).toEqual([
      other,
      expect.objectContaining({ fingerprint: JSON.parse(rotated.stdout).fingerprint }),
    ]);
  });

  it('revokes every key of an id', async () => {
    await create();
    await keys('rotate', '--id', 'shop');
    expect((await keys('revoke', '--id', 'shop')).code).toBe(0);
    expect(await listed()).toEqual([]);
    const { code, stderr } = await keys('revoke', '--id', 'shop');
    expect([code, stderr]).toEqual([1, "the key file has no key with the id 'shop'\n"]);
  });

  it('loses no key when several commands run at once', async () => {
    const ids = Array.from({ length: 6 }, (_, index) => `caller-${index}`);
    const all = await Promise.all(ids.map((id) => create(id)));
    expect(all.map(({ code, stderr }) => [code, stderr])).toEqual(ids.map(() => [0, '']));
    const found = (await listed()).map(({ id }: { id: string }) => id);
    expect(found.toSorted()).toEqual(ids);
    expect(readdirSync(folder)).toEqual(['keys.json']);
  });

  it('leaves a broken file as it is and names what is wrong', async () => {
    const entry = { id: 'a', sha256: 'a'.repeat(64), scopes: ['faq.score'] };
    const broken = {
      '{"keys":[': 'the key file is not JSON',
      [JSON.stringify({ keys: [entry, { ...entry, id: 'b' }] })]: 'keys.1.sha256 (repeated)',
      [JSON.stringify({ keys: [{ ...entry, scopes: ['admin'] }] })]: 'keys.0.scopes.0',
    };
    for (const [text, message] of Object.entries(broken)) {
      writeFileSync(file, text);
      const { code, stdout, stderr } = await create();
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toContain(message);
      expect(stderr.split('\n')).toHaveLength(2);
      expect(readFileSync(file, 'utf8')).toBe(text);
      expect(readdirSync(folder)).toEqual(['keys.json']);
    }
  });

  it('says in one line when the file cannot be written', async () => {
    file = join(folder, 'missing', 'keys.json');
    const { code, stderr } = await create();
    expect([code, stderr]).toEqual([1, 'the key file cannot be written (ENOENT)\n']);
  });

  it('refuses options that make no sense', async () => {
    for (const wrong of [
      ['--expires', 'soon'],
      ['--rate', '0'],
      ['--id', 'a b'],
    ]) {
      expect((await create('shop', ...wrong)).code).toBe(1);
    }
    expect((await keys('export', '--format', 'kubernetes', '--name', 'A:b')).code).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('keeps the file with the owner that reads it', async () => {
    if (process.getuid?.() !== 0) return;
    await create();
    spawnSync('chown', ['12345:12346', file]);
    chmodSync(file, 0o644);
    await create('other');
    const { uid, gid, mode } = statSync(file);
    expect([uid, gid, mode & 0o777]).toEqual([12_345, 12_346, 0o640]);
  });

  it('exports a Secret manifest and a Key Vault value, with the same keys', async () => {
    await create();
    const manifest = await keys('export', '--format', 'kubernetes', '--namespace', 'scoring');
    const data = /^ {2}keys\.json: (\S+)$/m.exec(manifest.stdout)?.[1] ?? '';
    const content = JSON.parse(readFileSync(file, 'utf8'));
    expect(JSON.parse(Buffer.from(data, 'base64').toString())).toEqual(content);
    const value = await keys('export', '--format', 'keyvault');
    expect(value.stdout).toBe(JSON.stringify(content));
  });
});

describe('a server that follows a mounted Secret', () => {
  let server: TestServer;
  afterEach(() => server.stop(), 60_000);

  /** As the kubelet does: a new folder, then one rename of the link that all files go through. */
  function mount(version: number, content: string): void {
    const target = join(folder, `..2030_0${version}`);
    mkdirSync(target);
    writeFileSync(join(target, 'keys.json'), content);
    symlinkSync(`..2030_0${version}`, join(folder, '..data_tmp'));
    renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
    rmSync(join(folder, `..2030_0${version - 1}`), { recursive: true, force: true });
  }

  const logged = () =>
    server.logs().flatMap((line) => (line['audit'] === 'keys.reload' ? [String(line['msg'])] : []));

  async function followed(times: number): Promise<void> {
    for (let tries = 0; logged().length < times && tries < 50; tries += 1) await sleep(100);
    expect(logged()).toHaveLength(times);
  }

  const status = async (key: string) =>
    (await server.request('/v1/models', { key: key.trim() })).status;

  it('takes both keys of a rotation, and keeps the old ones when the new file is broken', async () => {
    const work = join(folder, 'work');
    mkdirSync(work);
    file = join(work, 'keys.json');
    const old = (await create()).stdout;
    mount(1, readFileSync(file, 'utf8'));
    symlinkSync(join('..data', 'keys.json'), join(folder, 'keys.json'));
    server = await TestServer.start(
      { TLS: 'off', MODELS_DIR: work, API_KEYS_FILE: join(folder, 'keys.json') },
      { until: 'listening' },
    );
    expect(await status(old)).toBe(200);

    const next = (await keys('rotate', '--id', 'shop')).stdout;
    expect(await status(next)).toBe(401);
    mount(2, readFileSync(file, 'utf8'));
    await followed(1);
    expect([await status(old), await status(next)]).toEqual([200, 200]);

    mount(3, readFileSync(file, 'utf8').slice(0, -20));
    await followed(2);
    expect(logged().at(-1)).toContain('not usable, the old keys stay: the key file is not JSON');
    expect([await status(old), await status(next)]).toEqual([200, 200]);

    const { keys: entries } = JSON.parse(readFileSync(file, 'utf8'));
    mount(4, JSON.stringify({ keys: [...entries, { ...entries[0], id: 'twin' }] }));
    await followed(3);
    expect(logged().at(-1)).toContain('the old keys stay: the key file has wrong members: keys.2');
    expect([await status(old), await status(next)]).toEqual([200, 200]);

    await keys('revoke', '--id', 'shop', '--old');
    mount(5, readFileSync(file, 'utf8'));
    await followed(4);
    expect([await status(old), await status(next)]).toEqual([401, 200]);
  });
});
