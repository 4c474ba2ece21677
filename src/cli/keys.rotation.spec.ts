import { describe, expect, it } from '@jest/globals';
import type { ApiKeyEntry } from '../auth/api-key.file.js';
import { isValid, revoke, rotate } from './keys.rotation.js';

const DAY = 86_400_000;
const NOW = Date.parse('2030-01-01T00:00:00Z');
const after = (days: number) => new Date(NOW + days * DAY).toISOString();
const hash = (fill: string) => fill.repeat(64);
const shop: ApiKeyEntry = {
  id: 'shop',
  sha256: hash('a'),
  scopes: ['faq.score'],
  ratePerMinute: 30,
};
const other: ApiKeyEntry = { id: 'other', sha256: hash('b'), scopes: ['vision.score'] };
const to = { id: 'shop', sha256: hash('c'), overlapMs: 7 * DAY };

describe('rotation of a key', () => {
  it('adds one with the same scopes and rate and ends the one before after the overlap', () => {
    expect(rotate([shop, other], to, NOW)).toEqual([
      other,
      { ...shop, expiresAt: after(7) },
      { ...shop, sha256: hash('c') },
    ]);
  });

  it('does not lengthen the life of the one before', () => {
    const ending = { ...shop, expiresAt: after(2) };
    const [before, next] = rotate([ending], { ...to, expiresAt: new Date(NOW + 90 * DAY) }, NOW);
    expect(before).toEqual(ending);
    expect(next).toMatchObject({ sha256: hash('c'), expiresAt: after(90) });
  });

  it('does not make an endless key of one that has an end', () => {
    const ending = { ...shop, expiresAt: after(2) };
    expect(() => rotate([ending], to, NOW)).toThrow(/--expires/);
  });

  it('has two valid keys of an id at most, and drops expired ones', () => {
    const once = rotate([shop], to, NOW);
    expect(() => rotate(once, { ...to, sha256: hash('d') }, NOW + DAY)).toThrow(/two valid keys/);
    const twice = rotate(once, { ...to, sha256: hash('d') }, NOW + 8 * DAY);
    expect(twice.map(({ sha256 }) => sha256[0])).toEqual(['c', 'd']);
  });

  it('replaces every key at once without an overlap', () => {
    const once = rotate([shop], to, NOW);
    const twice = rotate(once, { ...to, sha256: hash('d'), overlapMs: 0 }, NOW);
    expect(twice).toEqual([{ ...shop, sha256: hash('d') }]);
  });

  it('refuses an id without a valid key', () => {
    expect(() => rotate([other], to, NOW)).toThrow(/no valid key/);
    expect(() => rotate([{ ...shop, expiresAt: after(-1) }], to, NOW)).toThrow(/no valid key/);
  });
});

describe('revoking', () => {
  it('takes every key of the id, or only those before the newest', () => {
    const rotated = rotate([shop, other], to, NOW);
    expect(revoke(rotated, 'shop')).toEqual([other]);
    expect(revoke(rotated, 'shop', { oldOnly: true })).toEqual([
      other,
      { ...shop, sha256: hash('c') },
    ]);
  });

  it('says when there is nothing to take', () => {
    expect(() => revoke([other], 'shop')).toThrow("no key with the id 'shop'");
    expect(() => revoke([shop], 'shop', { oldOnly: true })).toThrow('no older key with the id');
  });

  it('knows which keys are valid', () => {
    expect(isValid({ ...shop, expiresAt: after(1) }, NOW)).toBe(true);
    expect(isValid({ ...shop, expiresAt: after(0) }, NOW)).toBe(false);
  });
});
