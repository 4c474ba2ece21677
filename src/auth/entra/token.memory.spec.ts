import { describe, expect, it } from '@jest/globals';
import type { Principal } from '../principal.js';
import { TokenMemory } from './token.memory.js';

const principal: Principal = { kind: 'user', id: 'a/b', scopes: new Set() };
const verified = { principal, expiresAt: 1000, thumbprint: 'key' };

function memory(maxEntries?: number): TokenMemory {
  const memory = new TokenMemory(maxEntries);
  memory.trustOnly(new Set(['key', 'next']));
  return memory;
}

describe('memory of verified tokens', () => {
  it('knows a token until it expires, and not a moment longer', () => {
    const tokens = memory();
    tokens.remember('a', verified);
    expect(tokens.recall('a', 999)).toBe(principal);
    expect(tokens.recall('A', 999)).toBeUndefined();
    expect(tokens.recall('a', 1000)).toBeUndefined();
    expect(tokens.size).toBe(0);
  });

  it('is bounded and drops what was used longest ago', () => {
    const tokens = memory(2);
    tokens.remember('a', verified);
    tokens.remember('b', verified);
    tokens.recall('a', 0);
    tokens.remember('c', verified);
    expect(['a', 'b', 'c'].map((token) => tokens.recall(token, 0))).toEqual([
      principal,
      undefined,
      principal,
    ]);
    expect(tokens.size).toBe(2);
  });

  it('forgets the tokens of a key that vanished, also those still being verified', () => {
    const tokens = memory();
    tokens.remember('a', verified);
    tokens.remember('b', { ...verified, thumbprint: 'next' });
    tokens.trustOnly(new Set(['next']));
    tokens.remember('c', verified);
    expect(['a', 'b', 'c'].map((token) => tokens.recall(token, 0))).toEqual([
      undefined,
      principal,
      undefined,
    ]);
  });
});
