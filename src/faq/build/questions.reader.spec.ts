import { describe, expect, it } from '@jest/globals';
import { joinQuestions } from './questions.reader.js';
import { parseTable } from './table.reader.js';

const QUESTION = ['Id', 'AnswerId', 'Text0'] as const;

const lines = (rows: string[][]) => rows.map((row) => `${row.join('\t')}\n`).join('');
const questions = (file: string, rows: string[][]) => ({
  file,
  rows: parseTable(file, lines([[...QUESTION], ...rows]), QUESTION),
});
const answers = (rows: string[][]) => ({
  file: 'a.tsv',
  rows: parseTable('a.tsv', lines([['Id', 'Text0'], ...rows]), ['Id', 'Text0'] as const),
});

const ORIGINALS = [
  ['1', '11', 'What is a closure?'],
  ['2', '12', 'How do I sort?'],
];
const DUPLICATES = Array.from({ length: 8 }, (_, index) => [
  String(20 + index),
  index % 2 === 0 ? '11' : '12',
  `duplicate ${index}`,
]);

const join = (originals = ORIGINALS, duplicates = DUPLICATES, answerRows?: string[][]) =>
  joinQuestions(
    questions('o.tsv', originals),
    questions('d.tsv', duplicates),
    answerRows && answers(answerRows),
  );

describe('joinQuestions', () => {
  it('gives each original its duplicates and its answer in the order of the files', () => {
    const rows = [
      ['12', 'With sort().'],
      ['11', 'A function with its scope.'],
    ];
    const [first, second] = join(ORIGINALS, DUPLICATES, rows);
    expect(first).toMatchObject({
      id: '1',
      answerId: '11',
      raw: 'What is a closure?',
      answer: 'A function with its scope.',
    });
    expect(first?.duplicates.map(({ raw }) => raw)).toEqual(
      [0, 2, 4, 6].map((index) => `duplicate ${index}`),
    );
    expect(second?.answer).toBe('With sort().');
  });

  it('lets the AnswerId stand for the answer where there are no answers', () => {
    expect(join().map(({ answer }) => answer)).toEqual(['11', '12']);
  });

  it('keeps a text as it was written, on one line, beside the cleaned one', () => {
    const html = [['1', '11', '"<p>What\tis</p>\n<b>a</b> closure?"'], ORIGINALS[1] ?? []];
    const [first] = join(html);
    expect(first).toMatchObject({
      raw: '<p>What is</p> <b>a</b> closure?',
      clean: 'What is a closure?',
    });
  });

  const [one = [], two = []] = ORIGINALS;
  it.each([
    ['no originals', [], DUPLICATES, 'o.tsv: no rows, expected at least 2 originals'],
    ['one original', [one], DUPLICATES, 'o.tsv: only 1 of them, expected at least 2 originals'],
    [
      'an id that is there twice',
      [one, ['1', '12', 'b']],
      DUPLICATES,
      "o.tsv, line 3: Id '1' is already that of line 2, expected each once",
    ],
    [
      'two originals with one answer',
      [one, ['2', '11', 'b']],
      DUPLICATES,
      "o.tsv, line 3: AnswerId '11' is already that of line 2, expected each once: " +
        'duplicates could not be told apart',
    ],
    [
      'a duplicate that is there twice',
      ORIGINALS,
      [...DUPLICATES, ['20', '11', 'again']],
      "d.tsv, line 10: Id '20' is already that of line 2",
    ],
    [
      'a duplicate of no original',
      ORIGINALS,
      [...DUPLICATES, ['99', '13', 'whose?']],
      "d.tsv, line 10: AnswerId '13' is that of no original in o.tsv",
    ],
    [
      'an original without a text',
      [one, ['2', '12', ' ']],
      DUPLICATES,
      'o.tsv, line 3: Text0 is empty, expected a text',
    ],
    [
      'a duplicate without a text',
      ORIGINALS,
      [['20', '11', ''], ...DUPLICATES.slice(1)],
      'd.tsv, line 2: Text0 is empty, expected a text',
    ],
    [
      'an empty id',
      [one, ['', '12', 'b']],
      DUPLICATES,
      'o.tsv, line 3: Id is empty, expected an id',
    ],
    [
      'an id with a space',
      [one, two.with(0, '2 3')],
      DUPLICATES,
      'o.tsv, line 3: Id is not one word, expected an id',
    ],
    [
      'too few duplicates',
      ORIGINALS,
      DUPLICATES.slice(0, 7),
      'd.tsv: only 7 of them, expected at least 8 duplicates: probabilities are fitted on them',
    ],
  ])('refuses %s', (_, originals, duplicates, message) => {
    expect(() => join(originals, duplicates)).toThrow(message);
  });

  it('refuses an original whose answer is missing', () => {
    expect(() => join(ORIGINALS, DUPLICATES, [['11', 'A function.']])).toThrow(
      "o.tsv, line 3: AnswerId '12' is no Id in a.tsv",
    );
  });

  it('refuses an empty answer', () => {
    const rows = [
      ['11', 'A function.'],
      ['12', ''],
    ];
    expect(() => join(ORIGINALS, DUPLICATES, rows)).toThrow(
      'a.tsv, line 3: Text0 is empty, expected a text',
    );
  });
});
