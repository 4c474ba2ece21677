import { describe, expect, it } from '@jest/globals';
import type { ApiKeyEntry } from '../auth/api-key.file.js';
import { keyVaultValue, kubernetesSecret } from './keys.export.js';

const entry = (index: number): ApiKeyEntry => ({
  id: `caller-${index}`,
  sha256: index.toString(16).padStart(64, '0'),
  scopes: ['faq.score'],
});

describe('export of the key file', () => {
  it('is a Secret whose one member is the file', () => {
    const manifest = kubernetesSecret([entry(1)], {
      name: 'nestor-api-keys',
      namespace: 'scoring',
    });
    expect(manifest).toMatch(/^apiVersion: v1\nkind: Secret\n/);
    expect(manifest).toContain('  name: "nestor-api-keys"\n  namespace: "scoring"\n');
    const data = /^ {2}keys\.json: (\S+)$/m.exec(manifest)?.[1] ?? '';
    expect(JSON.parse(Buffer.from(data, 'base64').toString())).toEqual({ keys: [entry(1)] });
  });

  it('is one line for Key Vault, and says when it would not fit', () => {
    expect(keyVaultValue([entry(1)])).toBe(JSON.stringify({ keys: [entry(1)] }));
    const many = Array.from({ length: 300 }, (_, index) => entry(index));
    expect(() => keyVaultValue(many)).toThrow(/Key Vault takes 25000/);
  });
});
