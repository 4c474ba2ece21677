import { type Command, InvalidArgumentError } from 'commander';
import { loadScoringConfig } from '../config/scoring.config.js';
import { readCatalogue } from '../registry/model.catalogue.js';
import { isAllowedUrl } from '../registry/model.transfer.js';
import type { AddedModel, AddOptions } from './models.add.js';
import { fail, failSoftly, say } from './models.failures.js';
import { type ListedModel, listModels } from './models.list.js';
import type { ModelChoice, VerifiedModel } from './models.verify.js';
import { megabytes } from './progress.js';

interface CommonOptions {
  dir?: string;
  json?: boolean;
}

type ListOptions = CommonOptions & { checksums?: boolean };
type AddCommandOptions = CommonOptions & Omit<AddOptions, 'root'>;
type PullOptions = CommonOptions & { url?: string; catalogue?: string };

const DIR = ['--dir <dir>', 'models folder; unset: MODELS_DIR, else `models`'] as const;
const JSON_OUTPUT = ['--json', 'print JSON on standard output'] as const;

export function addModelsCommand(program: Command): void {
  const models = program
    .command('models')
    .description('the models folder: list, verify, add, pull');
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
    .command('add')
    .description('make a model of an ONNX file: manifest, golden answers, everything tried')
    .argument('<file>', 'ONNX file; files that hold its weights are found beside it')
    .requiredOption('--name <name>', 'name that callers use')
    .option('--version <number>', 'unset: the one above the highest', parseCount)
    .option('--title <text>', 'one line for people; unset: the name')
    .option('--licence <spdx>', 'terms of the weights; unset: noted as not stated')
    .option('--source <text>', "where the weights come from; unset: the file's name")
    .option('--labels <file>', 'class names, one a line in index order')
    .option(
      '--max-batch-rows <number>',
      'rows of a run; unset: 32 if rows can share one',
      parseCount,
    )
    .option('--golden <file>', 'inputs with the answers of Python; unset: made-up inputs')
    .option(...DIR)
    .option(...JSON_OUTPUT)
    .addHelpText('after', ADD_HELP)
    .action(add);
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

const ADD_HELP = `
Nothing is overwritten. Without --golden the model's own first answers to made-up inputs become
golden.json: they show that nothing has changed since, not that the model is right. A golden file
holds {"tolerance", "cases": [{"inputs": {NAME: {"datatype", "shape", "data"}}, "outputs": {…}}]}.`;

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

async function add(file: string, { dir, json, ...options }: AddCommandOptions): Promise<void> {
  const { addModel } = await import('./models.add.js');
  const added = await failSoftly(() => addModel(file, { ...options, root: modelsDir(dir) }));
  if (added === undefined) return;
  if (json) return printJson(added);
  process.stdout.write(addLine(added));
}

function addLine({ name, version, folder, maxBatchRows, golden }: AddedModel): string {
  const rows = maxBatchRows === 1 ? 'one row a run' : `up to ${maxBatchRows} rows a run`;
  return `${name}:${version}\tadded\t${rows}, golden answers: ${golden}\t${folder}\n`;
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

function modelsDir(dir: string | undefined): string {
  return loadScoringConfig({ MODELS_DIR: dir }).MODELS_DIR;
}

function addChoice(text: string, choices: ModelChoice[] = []): ModelChoice[] {
  const [, name, version] = /^([A-Za-z0-9._-]+)(?::([1-9]\d{0,8}))?$/.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError('expected NAME or NAME:VERSION');
  return [...choices, { name, version: version === undefined ? undefined : Number(version) }];
}

function parseCount(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number from 1');
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
