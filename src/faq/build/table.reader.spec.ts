import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseTable, readTable } from './table.reader.js';

const COLUMNS = ['Id', 'Text0'] as const;
const parse = (text: string) => parseTable('q.tsv', text, COLUMNS);
const fields = (text: string) => parse(text).map((row) => Object.values(row.fields));

describe('parseTable', () => {
  it('picks columns by name in any order', () => {
    expect(fields('Text0\tOther\tId\nhow?\tx\t1\nwhy?\ty\t2\n')).toEqual([
      ['1', 'how?'],
      ['2', 'why?'],
    ]);
  });

  it('reads CRLF line ends and a last line without one', () => {
    expect(fields('Id\tText0\r\n1\thow?\r\n2\twhy?')).toEqual([
      ['1', 'how?'],
      ['2', 'why?'],
    ]);
  });

  it('leaves blank lines out and counts them', () => {
    expect(parse('Id\tText0\n\n1\thow?\n\r\n').map(({ line }) => line)).toEqual([3]);
  });

  it('reads quoted fields with quotes, tabs and line ends inside', () => {
    const rows = parse('Id\tText0\n1\t"say ""hi""\tto\nme"\n2\twhy?\n');
    expect(rows).toEqual([
      { line: 2, fields: { Id: '1', Text0: 'say "hi"\tto\nme' } },
      { line: 4, fields: { Id: '2', Text0: 'why?' } },
    ]);
  });

  it('leaves quotes inside a field alone', () => {
    expect(fields('Id\tText0\n1\tsay "hi"\n')).toEqual([['1', 'say "hi"']]);
  });

  it('keeps an empty last field', () => {
    expect(fields('Id\tText0\n1\t')).toEqual([['1', '']]);
  });

  it.each([
    ['an empty file', '', 'q.tsv: is empty; expected a header with Id, Text0, separated by tabs'],
    [
      'a missing column',
      'Id\ttext\n',
      "q.tsv, line 1: no column 'Text0'; expected a header with Id, Text0, separated by tabs",
    ],
    [
      'commas instead of tabs',
      'Id,Text0\n1,how?\n',
      "q.tsv, line 1: no column 'Id'; expected a header with Id, Text0, separated by tabs",
    ],
    [
      'a column that is there twice',
      'Id\tText0\tId\n',
      "q.tsv, line 1: more than one column 'Id'; expected a header with Id, Text0, separated by tabs",
    ],
    [
      'a line with too many fields',
      'Id\tText0\n1\ta\n2\tb\tc\n',
      'q.tsv, line 3: 3 columns, expected 2 as in the header',
    ],
    [
      'a line with too few fields',
      'Id\tText0\n\n1\n',
      'q.tsv, line 3: 1 columns, expected 2 as in the header',
    ],
    [
      'text behind a closing quote',
      'Id\tText0\n1\t"use strict" does what?\n',
      'q.tsv, line 2: a field that starts with a quote must end with one, quotes inside doubled',
    ],
    [
      'a quote that is never closed',
      'Id\tText0\n1\t"open\n2\tb\n',
      'q.tsv, line 2: a field that starts with a quote must end with one, quotes inside doubled',
    ],
  ])('refuses %s', (_, text, message) => {
    expect(() => parse(text)).toThrow(message);
  });
});

describe('readTable', () => {
  const text = '\ufeffId\tText0\n1\tGrüße?\n';
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nestor-table-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const written = async (name: string, content: string | Uint8Array) => {
    await writeFile(join(folder, name), content);
    return readTable(join(folder, name), COLUMNS);
  };

  it('reads plain and gzipped files alike, whatever their names', async () => {
    const plain = await written('plain.tsv', text);
    expect(plain).toEqual({
      file: 'plain.tsv',
      rows: [{ line: 2, fields: { Id: '1', Text0: 'Grüße?' } }],
    });
    expect((await written('packed.tsv.gz', gzipSync(text))).rows).toEqual(plain.rows);
    expect((await written('packed.tsv', gzipSync(text))).rows).toEqual(plain.rows);
  });

  it('refuses text that is not UTF-8', async () => {
    const latin1 = Buffer.from('Id\tText0\n1\tGrüße?\n', 'latin1');
    await expect(written('latin1.tsv', latin1)).rejects.toThrow('latin1.tsv: is not UTF-8 text');
  });

  it('refuses a cut-off gzip file', async () => {
    await expect(written('cut.tsv.gz', gzipSync(text).subarray(0, 20))).rejects.toThrow(
      'cut.tsv.gz: is a damaged or cut-off gzip file',
    );
  });

  it('names a file that is not there', async () => {
    await expect(readTable(join(folder, 'none.tsv'), COLUMNS)).rejects.toThrow(
      'none.tsv: no such file',
    );
  });
});
