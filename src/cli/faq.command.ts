import { relative } from 'node:path';
import type { Command } from 'commander';
import { EngineError } from '../engine/engine.errors.js';
import { processors } from '../engine/processors.js';
import type { Figures } from '../faq/build/cross.validation.js';
import type { BuiltFaq } from '../faq/build/faq.build.js';
import { FIGURE_NAMES } from '../faq/build/model.description.js';
import { QuestionFileError } from '../faq/build/table.reader.js';
import { VersionFolderError } from '../registry/version.folder.js';
import { FaqBuildError } from '../faq/build/build.error.js';

interface BuildOptions {
  originals: string;
  duplicates: string;
  answers?: string;
  out: string;
  encoder: string;
  name?: string;
  licence?: string;
  source?: string;
  json?: boolean;
}

const MOST_INSTANCES = 8;

const FILES = `
Files are tab-separated UTF-8 with a header, plain or gzipped; other columns are ignored:
  originals   Id, AnswerId, Text0     the questions of the list
  duplicates  Id, AnswerId, Text0     the same questions in other words; AnswerId tells whose
  answers     Id, Text0               Id is the originals' AnswerId

With --out models/support the next version is made: models/support/1, then 2 and so on. With
--out models/support/7 that version is made. Nothing is overwritten.`;

export function addFaqCommand(program: Command): void {
  const faq = program.command('faq').description('lists of frequently asked questions');
  faq
    .command('build')
    .description('make a model of an FAQ: embed its questions, fit probabilities, measure, write')
    .requiredOption('--originals <file>', 'questions of the list')
    .requiredOption('--duplicates <file>', 'the same questions in other words')
    .option('--answers <file>', "answers; unset: an original's AnswerId stands for its answer")
    .requiredOption('--out <folder>', 'models/NAME for its next version, or models/NAME/VERSION')
    .option('--encoder <folder>', 'FAQ model whose encoder is taken over', 'models/faq/1')
    .option('--name <text>', "the list's name for people; unset: the model's name")
    .option('--licence <spdx>', 'terms of questions and answers; unset: noted as not stated')
    .option('--source <text>', "where questions and answers come from; unset: the files' names")
    .option('--json', 'print the figures as JSON')
    .addHelpText('after', FILES)
    .action(build);
}

async function build(options: BuildOptions): Promise<void> {
  try {
    const built = await run(options);
    process.stdout.write(options.json ? `${JSON.stringify(summary(built))}\n` : report(built));
  } catch (error) {
    if (!isExpected(error)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

async function run(options: BuildOptions): Promise<BuiltFaq> {
  const { originals, duplicates, answers, out, encoder, name: title, licence, source } = options;
  const files = { originals, duplicates, answers };
  // Loaded here, so that the other commands start at once.
  const [{ Engine }, { buildFaq }, { openScoring }] = await Promise.all([
    import('../engine/engine.js'),
    import('../faq/build/faq.build.js'),
    import('./scoring.context.js'),
  ]);
  // Many short texts: one thread an instance gets the most out of the processors.
  const instances = String(Math.min(processors(), MOST_INSTANCES));
  const context = await openScoring(
    { INSTANCES: instances, THREADS_PER_INSTANCE: '1', QUEUE_MAX_ROWS: '256' },
    { load: false },
  );
  try {
    const asked = { files, out, encoder, title, licence, source };
    return await buildFaq(context.get(Engine), asked, progress());
  } finally {
    await context.close();
  }
}

/** A line that counts on a terminal; elsewhere one line for each tenth. */
function progress(): (done: number, total: number) => void {
  const { stderr } = process;
  let tenths = -1;
  return (done, total) => {
    const line = `embedding ${done}/${total}`;
    if (stderr.isTTY) return void stderr.write(`\r${line}${done === total ? '\n' : ''}`);
    if (Math.floor((10 * done) / total) === tenths) return;
    tenths = Math.floor((10 * done) / total);
    stderr.write(`${line}\n`);
  };
}

function summary({ identity, folder, originals, duplicates, calibration }: BuiltFaq) {
  const { scale, threshold, figures } = calibration;
  return { model: identity, folder, originals, duplicates, scale, threshold, figures };
}

function report({ identity, folder, originals, duplicates, calibration }: BuiltFaq): string {
  const { scale, threshold, figures } = calibration;
  const rows = Object.entries(FIGURE_NAMES).map(
    ([figure, name]) => `  ${name.padEnd(38)}${figures[figure as keyof Figures].toFixed(3)}`,
  );
  return [
    `${identity.name}/${identity.version}: ${originals} originals, ${duplicates} duplicates`,
    '',
    'Each duplicate held out once (4-fold cross-validation):',
    ...rows,
    '',
    `Fitted: probability = softmax(cosine * ${scale.toFixed(2)}), answered from cosine ${threshold.toFixed(3)}`,
    `Written: ${relative(process.cwd(), folder) || '.'}`,
    '',
  ].join('\n');
}

function isExpected(error: unknown): error is Error {
  const kinds = [QuestionFileError, FaqBuildError, VersionFolderError, EngineError];
  return kinds.some((kind) => error instanceof kind);
}
