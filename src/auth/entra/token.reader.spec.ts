import { describe, expect, it } from '@jest/globals';
import { readToken } from './token.reader.js';

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const HEADER = { typ: 'JWT', alg: 'RS256', kid: 'k' };

function read(header: object, claims: unknown = { a: 1 }, signature = 'AAAA') {
  const reading = readToken([encode(header), encode(claims), signature].join('.'));
  return 'refusal' in reading ? reading.refusal : reading;
}

describe('a token', () => {
  it('is opened without being believed', () => {
    expect(read({ ...HEADER, x5t: 'other' })).toEqual({ keyId: 'k', claims: { a: 1 } });
  });

  it.each(['none', 'None', 'HS256', 'RS384', 'PS256', 'ES256', '', null, ['RS256']])(
    'is refused with the algorithm %j',
    (alg) => {
      expect(read({ ...HEADER, alg })).toBe('algorithm');
    },
  );

  it('needs the id of a key', () => {
    for (const kid of [undefined, '', 1, {}, 'k'.repeat(257)]) {
      expect(read({ ...HEADER, kid })).toBe('no-key-id');
    }
  });

  it('is refused where it is not a JWT of the plainest kind', () => {
    expect(read({ ...HEADER, alg: undefined })).toBe('malformed');
    expect(read({ ...HEADER, typ: 'at+jwt' })).toBe('malformed');
    expect(read({ ...HEADER, crit: [] })).toBe('malformed');
    expect(read([HEADER])).toBe('malformed');
    expect(read(HEADER, [1])).toBe('malformed');
    expect(read(HEADER, null)).toBe('malformed');
    expect(read(HEADER, {}, '')).toBe('malformed');
    expect(read(HEADER, {}, 'a=')).toBe('malformed');
    expect(read(HEADER, {}, 'AAAA.AAAA')).toBe('malformed');
  });

  it.each(['', '.', '..', 'a.b.c', `${encode(HEADER)}.e30`, `${encode(HEADER)}..`, '\u0000'])(
    'is refused as %j',
    (token) => {
      expect(readToken(token)).toEqual({ refusal: 'malformed' });
    },
  );
});
