import { type Command, InvalidArgumentError } from 'commander';
import { loadScoringConfig } from '../config/scoring.config.js';
import {
  CatalogueError,
  ImplausibleModelError,
  readCatalogue,
} from '../registry/model.catalogue.js';
import { DownloadError } from '../registry/model.download.js';
import { ModelFolderError } from '../registry/model.folder.js';
import { isAllowedUrl } from '../registry/model.transfer.js';
import { type ListedModel, listModels } from './models.list.js';
import type { ModelChoice, VerifiedModel } from './models.verify.js';
import { megabytes } from './progress.js';

interface CommonOptions {
  dir?: string;
  json?: boolean;
}

type ListOptions = CommonOptions & { checksums?: boolean };
type PullOptions = CommonOptions & { url?: string; catalogue?: string };

const DIR = ['--dir <dir>', 'models folder; unset: MODELS_DIR, else `models`'] as const;
const JSON_OUTPUT = ['--json', 'print JSON on standard output'] as const;
const INTERRUPTED = 130;

export function addModelsCommand(program: Command): void {
  const models = program.command('models').description('the models folder: list, verify, pull');
  models
    .command('list')
    .description('list versions by their manifests, without loading them')
    .option(...DIR)
    .option('--checksums', 'also compare the SHA-256 of every file')
    .option(...JSON_OUTPUT)
    .action(list);
  models
    .command('verify')
    .description('check, load and try versions as the server does; exit code 1 if one is refused')
    .argument('[model...]', 'NAME or NAME:VERSION; none: what the server would serve', addChoice)
    .option(...DIR)
    .option(...JSON_OUTPUT)
    .action(verify);
  models
    .command('pull')
    .description(
      'download a model, check it, try it on photographs and add it to the models folder',
    )
    .argument('<name>', 'name in the catalogue')
    .option(...DIR)
    .option('--url <url>', 'mirror of the file; ending in / the file name follows', parseUrl)
    .option(
      '--catalogue <file>',
      'JSON file with entries of your own, instead of the built-in ones',
    )
    .option(...JSON_OUTPUT)
    .addHelpText('after', PULL_HELP)
    .action(pull);
}

const PULL_HELP = `
Built in: resnet152. A download that broke off is resumed by the next pull. Bytes that do not have
the pinned size and SHA-256 are never served, wherever they come from. Behind a proxy use --url with
a mirror, or Node 24 with NODE_USE_ENV_PROXY=1 and HTTPS_PROXY.

A catalogue file holds {"NAME": {"version"?, "downloads": [{"path", "urls": […], "bytes", "sha256"}],
"copies"?: [{"path", "from"}], "manifest": {model.json without "files"},
"photographs": [{"image", "anyOf": [label ids of which one must be in the top 5]}]}}.`;

async function list({ dir, checksums = false, json }: ListOptions): Promise<void> {
  const found = await failSoftly(() => listModels(modelsDir(dir), checksums));
  if (found === undefined) return;
  if (json) return printJson({ models: found });
  for (const model of found) process.stdout.write(`${listLine(model)}\n`);
}

function listLine(model: ListedModel): string {
  const name = `${model.name}:${model.version}`;
  if (model.state === 'refused') return `${name}\trefused: ${oneLine(model.reason)}`;
  const { kind, precision, licence, bytes, state, title } = model;
  return [name, state, kind, precision, licence, megabytes(bytes), title].join('\t');
}

async function verify(choices: ModelChoice[], { dir, json }: CommonOptions): Promise<void> {
  const { verifyModels } = await import('./models.verify.js');
  const verified = await failSoftly(() => verifyModels(modelsDir(dir), choices));
  if (verified === undefined) return;
  if (verified.length === 0) fail('the models folder holds no model');
  if (verified.some(({ state }) => state === 'refused')) process.exitCode = 1;
  if (json) return printJson({ models: verified });
  for (const model of verified) process.stdout.write(`${verifyLine(model)}\n`);
}

function verifyLine(model: VerifiedModel): string {
  const name = model.version === undefined ? model.name : `${model.name}:${model.version}`;
  return `${name}\t${model.state === 'ready' ? 'ready' : `refused: ${oneLine(model.reason)}`}`;
}

async function pull(name: string, { dir, url, catalogue, json }: PullOptions): Promise<void> {
  const { pullModel } = await import('./models.pull.js');
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort()).once('SIGTERM', () => stop.abort());
  const pulled = await failSoftly(async () => {
    const entries = await readCatalogue(catalogue);
    return pullModel(name, entries, { root: modelsDir(dir), url, signal: stop.signal, say });
  }, stop.signal);
  if (pulled === undefined) return;
  if (json) return printJson(pulled);
  process.stdout.write(`${name}:${pulled.version}\t${pulled.state}\t${pulled.folder}\n`);
}

/** Runs a command; what a person can put right is told in a sentence, without a stack. */
async function failSoftly<T>(run: () => Promise<T>, stop?: AbortSignal): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (stop?.aborted) {
      fail('stopped; what was downloaded is kept and the next pull resumes after it', INTERRUPTED);
    } else if (error instanceof Error && isExpected(error)) fail(error.message);
    else throw error;
    return undefined;
  }
}

function isExpected(error: Error): boolean {
  const kinds = [CatalogueError, DownloadError, ImplausibleModelError, ModelFolderError];
  // The file system says what it could not do and where.
  return kinds.some((kind) => error instanceof kind) || 'syscall' in error;
}

function fail(message: string, code = 1): void {
  say(message);
  process.exitCode = code;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function modelsDir(dir: string | undefined): string {
  return loadScoringConfig({ MODELS_DIR: dir }).MODELS_DIR;
}

function addChoice(text: string, choices: ModelChoice[] = []): ModelChoice[] {
  const [, name, version] = /^([A-Za-z0-9._-]+)(?::([1-9]\d{0,8}))?$/.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError('expected NAME or NAME:VERSION');
  return [...choices, { name, version: version === undefined ? undefined : Number(version) }];
}

function parseUrl(url: string): string {
  if (URL.canParse(url) && isAllowedUrl(new URL(url))) return url;
  throw new InvalidArgumentError('expected an https URL (http only of this machine)');
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
}
