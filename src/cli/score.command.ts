import { readFile, stat } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { EngineError } from '../engine/engine.errors.js';
import type { ModelVersion } from '../registry/model.registry.js';
import type { Scenario, Scenarios } from '../scoring/scorer.js';
import { ScoringError } from '../scoring/scoring.errors.js';
import type { Scored, ScoringService } from '../scoring/scoring.service.js';
import { bar } from './bar.js';

interface ScoreOptions {
  model?: string;
  top: number;
  json?: boolean;
}

/** An input that was scored, or why it was not. */
type Outcome =
  ({ kind: 'faq' } & Scored<'faq'>) | ({ kind: 'vision' } & Scored<'vision'>) | Refusal;

interface Refusal {
  readonly kind: 'refused';
  readonly reason: string;
}

const MOST_RESULTS = 100;
const LONGEST_ECHO = 60;
const IMAGE_NAME = /^\S+\.(?:jpe?g|png|webp|gif|avif|tiff?)$/i;

export function addScoreCommand(program: Command): void {
  program
    .command('score')
    .description('score questions and images with the served models, without a server')
    .argument('<text-or-file...>', 'a question, or the path of an image')
    .option('--model <name>', 'model that scores; unset: the one that serves the kind of input')
    .option('--top <k>', `how many results, 1 to ${MOST_RESULTS}`, parseTop, 3)
    .option('--json', 'print a line of JSON for each input')
    .action(score);
}

async function score(inputs: string[], { model, top, json }: ScoreOptions): Promise<void> {
  const { ModelRegistry, ScoringService, openScoring } = await scoringModules();
  const context = await openScoring({ MODELS: model });
  try {
    tellRefused(context.get(ModelRegistry).versions());
    const scoring = context.get(ScoringService);
    for (const input of inputs) {
      const outcome = await scoreOne(scoring, input, model, top);
      if (outcome.kind === 'refused') {
        process.stderr.write(`${shorten(input)}: ${outcome.reason}\n`);
        process.exitCode = 1;
      }
      process.stdout.write(json ? jsonLine(input, outcome) : bars(input, outcome));
    }
  } finally {
    await context.close();
  }
}

/** Loaded when they are needed, so that the other commands start at once. */
async function scoringModules() {
  const [registry, service, context] = await Promise.all([
    import('../registry/model.registry.js'),
    import('../scoring/scoring.service.js'),
    import('./scoring.context.js'),
  ]);
  return { ...registry, ...service, ...context };
}

/** Nothing is logged here, but why a model does not answer must be seen. */
function tellRefused(versions: readonly ModelVersion[]): void {
  for (const version of versions) {
    if (version.state === 'ready') continue;
    process.stderr.write(`model ${version.name}/${version.version} refused: ${version.reason}\n`);
  }
}

/** A path that is there is an image, anything else a question. */
async function scoreOne(
  scoring: ScoringService,
  input: string,
  model: string | undefined,
  top: number,
): Promise<Outcome> {
  const call = <S extends Scenario>(kind: S, given: Scenarios[S]['input']) =>
    scoring.score(kind, given, {
      choice: { model },
      timeoutMs: undefined,
      arrivedAt: performance.now(),
      gone: new AbortController().signal,
      timings: {},
    });
  try {
    const image = await readImage(input);
    if (image !== undefined) return { kind: 'vision', ...(await call('vision', { image, top })) };
    return { kind: 'faq', ...(await call('faq', { question: input, top })) };
  } catch (error) {
    return { kind: 'refused', reason: reasonOf(error) };
  }
}

/** Undefined for a text. @throws ScoringError `bad-image` for a path that holds no image */
async function readImage(input: string): Promise<Uint8Array | undefined> {
  const found = await stat(input).catch(() => undefined);
  if (found?.isFile()) return readFile(input);
  if (found !== undefined) throw new ScoringError('bad-image', 'This is a folder, not an image.');
  if (IMAGE_NAME.test(input)) throw new ScoringError('bad-image', 'There is no such image file.');
  return undefined;
}

function reasonOf(error: unknown): string {
  if (error instanceof ScoringError) {
    if (error.code !== 'model-not-found') return error.message;
    return 'No served model scores this; `nestor models list` shows what there is.';
  }
  if (error instanceof EngineError) return `The model could not score it: ${error.message}.`;
  const { code } = error as NodeJS.ErrnoException;
  if (code !== undefined) return `The file cannot be read (${code}).`;
  throw error;
}

function jsonLine(input: string, outcome: Outcome): string {
  const { kind } = outcome;
  const record =
    kind === 'refused'
      ? { input, error: outcome.reason }
      : { input, kind, model: outcome.model, ...outcome.result };
  return `${JSON.stringify(record)}\n`;
}

function bars(input: string, outcome: Outcome): string {
  if (outcome.kind === 'refused') return '';
  const { name, version } = outcome.model;
  const lines = [shorten(input), `  ${name}/${version}${verdict(outcome)}`, ''];
  const rows =
    outcome.kind === 'faq'
      ? outcome.result.matches.map(({ probability, question }) => ({ probability, text: question }))
      : outcome.result.predictions.map(({ probability, label }) => ({ probability, text: label }));
  for (const { probability, text } of rows) lines.push(`  ${bar(probability)}  ${text}`);
  return `${lines.join('\n')}\n\n`;
}

function verdict(outcome: Exclude<Outcome, Refusal>): string {
  if (outcome.kind === 'vision') return '';
  const { answered, similarity } = outcome.result;
  const words = answered ? 'answered' : 'not answered: nothing in the list is near enough';
  return `, ${words} (similarity ${similarity.toFixed(2)})`;
}

/** Keeps line ends and terminal commands of an input off the screen. */
function shorten(input: string): string {
  const line = input.replace(/[\s\p{Cc}]+/gu, ' ').trim() || "''";
  return line.length > LONGEST_ECHO ? `${line.slice(0, LONGEST_ECHO)}…` : line;
}

function parseTop(text: string): number {
  const top = Number(text);
  if (Number.isInteger(top) && top >= 1 && top <= MOST_RESULTS) return top;
  throw new InvalidArgumentError(`expected a whole number from 1 to ${MOST_RESULTS}`);
}
