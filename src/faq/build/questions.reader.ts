import { cleanText } from '../text.cleaner.js';
import { QuestionFileError, readTable, type Row, type Table } from './table.reader.js';

/** Fewer cannot be told apart from each other. */
const MIN_ORIGINALS = 2;
/** Scale and threshold are fitted on duplicates that were held out. */
const MIN_DUPLICATES = 8;

export interface QuestionFiles {
  /** Columns Id, AnswerId, Text0. */
  readonly originals: string;
  /** Columns Id, AnswerId, Text0; AnswerId says to which original a duplicate belongs. */
  readonly duplicates: string;
  /** Columns Id, Text0; unset: an original's AnswerId stands for its answer. */
  readonly answers?: string | undefined;
}

/** A text as it was written, on one line, and as it is embedded. */
export interface Question {
  readonly raw: string;
  readonly clean: string;
}

/** An original with its duplicates, in the order of the files. */
export interface OriginalQuestion extends Question {
  readonly id: string;
  readonly answerId: string;
  readonly answer: string;
  readonly duplicates: readonly Question[];
}

type QuestionColumn = 'Id' | 'AnswerId' | 'Text0';

/** @throws QuestionFileError naming file, line and what was expected */
export async function readQuestions(files: QuestionFiles): Promise<OriginalQuestion[]> {
  const columns = ['Id', 'AnswerId', 'Text0'] as const;
  const originals = await readTable(files.originals, columns);
  const duplicates = await readTable(files.duplicates, columns);
  const answers = files.answers && (await readTable(files.answers, ['Id', 'Text0']));
  return joinQuestions(originals, duplicates, answers || undefined);
}

/** @throws QuestionFileError */
export function joinQuestions(
  originals: Table<QuestionColumn>,
  duplicates: Table<QuestionColumn>,
  answers: Table<'Id' | 'Text0'> | undefined,
): OriginalQuestion[] {
  requireRows(originals, MIN_ORIGINALS, 'originals: with fewer there is nothing to choose from');
  requireUnique(originals, 'Id');
  requireUnique(originals, 'AnswerId', 'duplicates could not be told apart');
  requireUnique(duplicates, 'Id');
  const known = new Set(originals.rows.map(({ fields }) => fields.AnswerId));
  const byAnswer = new Map<string, Question[]>();
  for (const row of duplicates.rows) {
    const { AnswerId } = row.fields;
    if (!known.has(AnswerId)) {
      const problem = `AnswerId '${AnswerId}' is that of no original in ${originals.file}`;
      throw new QuestionFileError(duplicates.file, row.line, problem);
    }
    const duplicate = requireText(duplicates.file, row);
    const group = byAnswer.get(AnswerId);
    if (group === undefined) byAnswer.set(AnswerId, [duplicate]);
    else group.push(duplicate);
  }
  requireRows(duplicates, MIN_DUPLICATES, 'duplicates: probabilities are fitted on them');
  const answerOf = answerTexts(answers);
  return originals.rows.map((row) => ({
    ...requireText(originals.file, row),
    id: row.fields.Id,
    answerId: row.fields.AnswerId,
    answer: answerOf(row, originals.file),
    duplicates: byAnswer.get(row.fields.AnswerId) ?? [],
  }));
}

function answerTexts(answers: Table<'Id' | 'Text0'> | undefined) {
  if (answers === undefined) return ({ fields }: Row<QuestionColumn>) => fields.AnswerId;
  requireUnique(answers, 'Id');
  const texts = new Map(
    answers.rows.map((row) => [row.fields.Id, requireText(answers.file, row).raw]),
  );
  return ({ line, fields }: Row<QuestionColumn>, file: string) => {
    const text = texts.get(fields.AnswerId);
    if (text !== undefined) return text;
    const problem = `AnswerId '${fields.AnswerId}' is no Id in ${answers.file}`;
    throw new QuestionFileError(file, line, problem);
  };
}

function requireText(file: string, { line, fields }: Row<'Text0'>): Question {
  const clean = cleanText(fields.Text0);
  if (clean === '') throw new QuestionFileError(file, line, 'Text0 is empty, expected a text');
  return { raw: oneLine(fields.Text0), clean };
}

/** Tabs and line ends would break the model's own table. */
function oneLine(text: string): string {
  return text.toWellFormed().replace(/\s+/g, ' ').trim();
}

function requireRows({ file, rows }: Table<string>, least: number, what: string): void {
  if (rows.length >= least) return;
  const count = rows.length === 0 ? 'no rows' : `only ${rows.length} of them`;
  throw new QuestionFileError(file, undefined, `${count}, expected at least ${least} ${what}`);
}

/** Every value of an id column is there and there once. */
function requireUnique<C extends string>({ file, rows }: Table<C>, column: C, why?: string): void {
  const lines = new Map<string, number>();
  for (const { line, fields } of rows) {
    const value = fields[column];
    if (!/^\S+$/.test(value)) {
      const found = value === '' ? 'empty' : 'not one word';
      throw new QuestionFileError(file, line, `${column} is ${found}, expected an id`);
    }
    const earlier = lines.get(value);
    if (earlier !== undefined) {
      const reason = why === undefined ? '' : `: ${why}`;
      throw new QuestionFileError(
        file,
        line,
        `${column} '${value}' is already that of line ${earlier}, expected each once${reason}`,
      );
    }
    lines.set(value, line);
  }
}
