import { describe, expect, it } from '@jest/globals';
import { readBearer } from './bearer.header.js';

/** A request as Node gives it: the first of several headers, and all in the raw list. */
function request(values: string[], query: unknown = {}) {
  const rawHeaders = values.flatMap((value) => ['Authorization', value]);
  return { headers: { authorization: values[0] }, raw: { rawHeaders }, query };
}

describe('the Authorization header', () => {
  it('holds one bearer token, whatever the case of the scheme', () => {
    expect(readBearer(request(['Bearer a.b.c']))).toEqual({ token: 'a.b.c' });
    expect(readBearer(request(['bearer  a_-~+/=']))).toEqual({ token: 'a_-~+/=' });
  });

  it('may be missing', () => {
    expect(readBearer(request([]))).toBeUndefined();
  });

  it.each(['', 'Bearer', 'Bearer ', 'Basic a', 'a.b.c', 'Bearer a b', 'Bearer a,Bearer b'])(
    'is refused as %j',
    (value) => {
      expect(readBearer(request([value]))).toEqual({ refusal: 'not-bearer' });
    },
  );

  it('must not come twice', () => {
    const twice = request(['Bearer a', 'Bearer a']);
    twice.raw.rawHeaders[2] = 'aUTHORIZATION';
    expect(readBearer(twice)).toEqual({ refusal: 'duplicated-header' });
  });

  it('is bounded', () => {
    const header = `Bearer ${'a'.repeat(16_384 - 7)}`;
    expect(readBearer(request([header]))).toHaveProperty('token');
    expect(readBearer(request([`${header}a`]))).toEqual({ refusal: 'too-long' });
  });

  it('has no substitute in the query, not even an empty one', () => {
    const refusal = { refusal: 'token-in-query' };
    expect(readBearer(request([], { access_token: 'a' }))).toEqual(refusal);
    expect(readBearer(request(['Bearer a'], { access_token: '' }))).toEqual(refusal);
  });
});
