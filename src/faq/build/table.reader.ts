import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** What is wrong with a file of questions, where, and what was expected. */
export class QuestionFileError extends Error {
  constructor(file: string, line: number | undefined, problem: string) {
    super(`${file}${line === undefined ? '' : `, line ${line}`}: ${problem}`);
    this.name = 'QuestionFileError';
  }
}

/** A data line with the fields of the asked columns. */
export interface Row<Column extends string> {
  /** Number of its first line in the file; the header is line 1. */
  readonly line: number;
  readonly fields: Readonly<Record<Column, string>>;
}

export interface Table<Column extends string> {
  /** File name without folders, for messages. */
  readonly file: string;
  readonly rows: readonly Row<Column>[];
}

/** A field, quoted or not, with the tab, line end or end of the text behind it. */
const FIELD = /(?:"([^"]*(?:""[^"]*)*)"|(?!")([^\t\n]*?))(\t|\r?(?:\n|$))/y;

/**
 * Reads the asked columns of a tab-separated UTF-8 file with a header, plain or gzipped; other
 * columns and their order do not matter. A field that starts with a double quote is quoted as in
 * CSV, the way pandas writes it.
 * @throws QuestionFileError
 */
export async function readTable<Column extends string>(
  path: string,
  columns: readonly Column[],
): Promise<Table<Column>> {
  const file = basename(path);
  return { file, rows: parseTable(file, decode(file, await readBytes(path)), columns) };
}

/**
 * @param file name for messages
 * @throws QuestionFileError
 */
export function parseTable<Column extends string>(
  file: string,
  text: string,
  columns: readonly Column[],
): Row<Column>[] {
  const [header, ...records] = splitRecords(file, text);
  const expected = `expected a header with ${columns.join(', ')}, separated by tabs`;
  if (header === undefined) throw new QuestionFileError(file, undefined, `is empty; ${expected}`);
  const places = columns.map((column) => {
    const at = header.fields.indexOf(column);
    if (at >= 0 && header.fields.lastIndexOf(column) === at) return [column, at] as const;
    const problem = at < 0 ? `no column '${column}'` : `more than one column '${column}'`;
    throw new QuestionFileError(file, header.line, `${problem}; ${expected}`);
  });
  return records.map(({ line, fields }) => {
    if (fields.length !== header.fields.length) {
      const problem = `${fields.length} columns, expected ${header.fields.length} as in the header`;
      throw new QuestionFileError(file, line, problem);
    }
    const picked = places.map(([column, at]) => [column, fields[at] ?? '']);
    return { line, fields: Object.fromEntries(picked) as Record<Column, string> };
  });
}

async function readBytes(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const problem = code === 'ENOENT' ? 'no such file' : `cannot be read (${code})`;
    throw new QuestionFileError(path, undefined, problem);
  }
}

/** Gzip is told by its first bytes, so a wrong file name does no harm. */
function decode(file: string, bytes: Buffer): string {
  try {
    const gzipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return new TextDecoder('utf-8', { fatal: true }).decode(gzipped ? gunzipSync(bytes) : bytes);
  } catch (error) {
    const isText = (error as NodeJS.ErrnoException).code === 'ERR_ENCODING_INVALID_ENCODED_DATA';
    const problem = isText ? 'is not UTF-8 text' : 'is a damaged or cut-off gzip file';
    throw new QuestionFileError(file, undefined, problem);
  }
}

/** Blank lines are left out. */
function splitRecords(file: string, text: string): { line: number; fields: string[] }[] {
  const records: { line: number; fields: string[] }[] = [];
  const field = new RegExp(FIELD);
  let current = { line: 1, fields: [] as string[] };
  let line = 1;
  for (let separator = '\t'; /[\t\n]/.test(separator);) {
    const match = field.exec(text);
    if (match === null) {
      const problem = 'a field that starts with a quote must end with one, quotes inside doubled';
      throw new QuestionFileError(file, line, problem);
    }
    const [whole, quoted, plain = ''] = match;
    separator = match[3] ?? '';
    current.fields.push(quoted?.replaceAll('""', '"') ?? plain);
    line += whole.split('\n').length - 1;
    if (separator === '\t') continue;
    if (current.fields.length > 1 || current.fields[0] !== '') records.push(current);
    current = { line, fields: [] };
  }
  return records;
}
