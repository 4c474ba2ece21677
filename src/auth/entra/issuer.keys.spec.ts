import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { expectationOf } from './entra.claims.js';
import type { Issuer, SigningKey } from './issuer.documents.js';
import { IssuerFault } from './issuer.fault.js';
import { IssuerKeys } from './issuer.keys.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const expected = expectationOf({ tenantId: 't', metadataUrl: '', audiences: new Map() }, 'i');

/** The issuer's behaviour; `loads` counts how often it was asked. */
class FakeIssuer {
  loads = 0;
  names = ['a'];
  fault: IssuerFault | undefined;
  /** Holds answers back while set. */
  hold: Promise<void> | undefined;

  readonly load = async (): Promise<Issuer> => {
    this.loads += 1;
    await this.hold;
    if (this.fault !== undefined) throw this.fault;
    const keys = this.names.map(
      (name) => [name, { thumbprint: `of ${name}` } as SigningKey] as const,
    );
    return { expected, keys: new Map(keys) };
  };
}

describe('keys of the issuer', () => {
  let issuer: FakeIssuer;
  let keys: IssuerKeys;
  let trusted: string[];
  beforeEach(() => {
    jest.useFakeTimers();
    Logger.overrideLogger(false);
    issuer = new FakeIssuer();
    trusted = [];
    keys = new IssuerKeys(issuer.load, (thumbprints) => (trusted = [...thumbprints]));
  });
  afterEach(() => {
    keys.stop();
    jest.useRealTimers();
  });

  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);
  const unavailable = { code: 'identity-provider-unavailable', retryAfterMs: 5_000 };

  it('are there once read, and read again while they are fresh', async () => {
    expect(keys.ready).toBe(false);
    keys.start();
    await pass(0);
    expect(keys.ready).toBe(true);
    expect(trusted).toEqual(['of a']);
    await pass(31 * MINUTE);
    expect(issuer.loads).toBe(3);
    await expect(keys.find('a')).resolves.toBeDefined();
  });

  it('are waited for by a request that comes while they are read', async () => {
    let release = () => {};
    issuer.hold = new Promise((resolve) => (release = resolve));
    keys.start();
    const found = keys.find('a');
    release();
    await expect(found).resolves.toBeDefined();
    expect(issuer.loads).toBe(1);
  });

  it('that cannot be read make requests fail at once, and are tried for again', async () => {
    issuer.fault = new IssuerFault('timed-out');
    keys.start();
    await expect(keys.current()).rejects.toMatchObject(unavailable);
    await expect(keys.find('a')).rejects.toMatchObject(unavailable);
    expect(issuer.loads).toBe(1);
    // After 1, 2, 4 and then every 5 seconds.
    await pass(20_000);
    expect(issuer.loads).toBe(6);
    issuer.fault = undefined;
    await pass(5_000);
    expect(keys.ready).toBe(true);
  });

  it('outlive an issuer that fails by a day, and not by more', async () => {
    keys.start();
    await pass(0);
    issuer.fault = new IssuerFault('bad-status', 500);
    for (const hours of [31 / 60, 12, 11.4]) {
      await pass(hours * HOUR);
      expect(keys.ready).toBe(true);
      await expect(keys.find('a')).resolves.toBeDefined();
    }
    await pass(0.2 * HOUR);
    expect(keys.ready).toBe(false);
    expect(trusted).toEqual([]);
    await expect(keys.find('a')).rejects.toMatchObject(unavailable);
    issuer.fault = undefined;
    await pass(5_000);
    await expect(keys.find('a')).resolves.toBeDefined();
  });

  it('are asked for at once when a token names a new one, by one request for all', async () => {
    keys.start();
    await pass(0);
    issuer.names = ['b'];
    const found = await Promise.all([keys.find('b'), keys.find('b'), keys.find('c')]);
    expect(found.map((key) => key?.thumbprint)).toEqual(['of b', 'of b', undefined]);
    expect(issuer.loads).toBe(2);
    expect(trusted).toEqual(['of b']);
    await expect(keys.find('a')).resolves.toBeUndefined();
  });

  it('are not asked for by every name that somebody makes up', async () => {
    keys.start();
    await pass(0);
    for (let times = 0; times < 100; times += 1) await keys.find(`made up ${times}`);
    expect(issuer.loads).toBe(2);
    await pass(30_000);
    await keys.find('made up');
    expect(issuer.loads).toBe(3);
  });

  it('that are unknown cannot be told from new ones while the issuer fails', async () => {
    keys.start();
    await pass(0);
    issuer.fault = new IssuerFault('unreachable', 'ECONNREFUSED');
    await expect(keys.find('b')).rejects.toMatchObject(unavailable);
    await expect(keys.find('b')).rejects.toMatchObject(unavailable);
    await expect(keys.find('a')).resolves.toBeDefined();
    expect(issuer.loads).toBe(2);
    issuer.fault = undefined;
    await pass(1_000);
    await expect(keys.find('b')).resolves.toBeUndefined();
  });

  it('are left alone once stopped', async () => {
    keys.start();
    await pass(0);
    keys.stop();
    await pass(HOUR);
    expect(issuer.loads).toBe(1);
  });
});
