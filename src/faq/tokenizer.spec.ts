import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Tokenizer } from './tokenizer.js';

const root = new URL('../../', import.meta.url);
const fixture = new URL('test/fixtures/faq/tokens.json', root);
const cases = JSON.parse(readFileSync(fixture, 'utf8')) as { text: string; ids: number[] }[];

const CLS = 101;
const SEP = 102;

const open = (maxTokens: number) =>
  Tokenizer.read(fileURLToPath(new URL('models/faq/1/tokenizer.json', root)), maxTokens);

describe('Tokenizer', () => {
  let tokenizer: Tokenizer;

  beforeAll(async () => {
    tokenizer = await open(128);
  });

  it('has cases to go by', () => expect(cases.length).toBeGreaterThan(100));

  it.each(cases)('cuts $text as the recipe does', ({ text, ids }) => {
    expect(tokenizer.ids(text)).toEqual(ids);
  });

  it('cuts the end off a long text and keeps the last mark', async () => {
    const short = await open(8);
    const ids = short.ids('one two three four five six seven eight nine');
    expect(ids).toHaveLength(8);
    expect([ids[0], ids.at(-1)]).toEqual([CLS, SEP]);
    expect(ids.slice(0, 7)).toEqual(tokenizer.ids('one two three four five six').slice(0, 7));
  });

  it('gives the inputs of the encoder, one row without padding', () => {
    const { input_ids, attention_mask } = tokenizer.tensors('a');
    expect(input_ids).toEqual({
      datatype: 'INT64',
      shape: [1, 3],
      data: BigInt64Array.of(101n, 1037n, 102n),
    });
    expect(attention_mask).toEqual({
      datatype: 'INT64',
      shape: [1, 3],
      data: BigInt64Array.of(1n, 1n, 1n),
    });
  });
});
