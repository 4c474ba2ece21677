import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Config } from '../config/config.schema.js';
import { digest } from './api-key.file.js';
import { ApiKeyVerifier } from './api-key.verifier.js';

const entryOf = (key: string, more: object = {}) => ({
  id: 'shop',
  sha256: digest(key).toString('hex'),
  scopes: ['faq.score'],
  ...more,
});

describe('API keys', () => {
  let folder: string;
  let verifier: ApiKeyVerifier;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'nestor-verifier-'));
    const file = join(folder, 'keys.json');
    const ended = { id: 'ended', expiresAt: '2020-01-01T00:00:00Z' };
    const keys = [entryOf('old'), entryOf('new', { ratePerMinute: 9 }), entryOf('gone', ended)];
    writeFileSync(file, JSON.stringify({ keys }));
    verifier = new ApiKeyVerifier({ API_KEYS_FILE: file } as Config);
  });
  afterEach(() => {
    verifier.onApplicationShutdown();
    rmSync(folder, { recursive: true });
  });

  it('knows both keys of a rotation, each with its own rate', () => {
    expect(verifier.verify('old')).toEqual({
      kind: 'api-key',
      id: 'shop',
      scopes: new Set(['faq.score']),
    });
    expect(verifier.verify('new')).toMatchObject({ id: 'shop', ratePerMinute: 9 });
    expect(verifier.verify('other')).toBeUndefined();
  });

  it('remembers when each key last let somebody in', () => {
    const started = Date.now();
    expect(verifier.lastUses).toEqual([]);
    verifier.verify('new');
    verifier.verify('gone');
    verifier.verify('other');
    const [use, ...others] = verifier.lastUses;
    expect(others).toEqual([]);
    expect(use).toMatchObject({
      id: 'shop',
      fingerprint: digest('new').toString('hex').slice(0, 12),
    });
    expect(use?.lastUsedAt).toBeGreaterThanOrEqual(started);
  });
});
