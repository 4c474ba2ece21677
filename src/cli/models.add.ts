import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';
import type { ModelIdentity } from '../registry/model.kind.js';
import { modelManifest, type TensorManifest } from '../registry/model.manifest.js';
import { readOnnxFile } from '../registry/onnx.file.js';
import { freeVersion, makeVersion, parsePlace } from '../registry/version.folder.js';
import { ModelAddError } from './model.add.error.js';
import { proveGraph } from './models.prove.js';
import { verifyModels } from './models.verify.js';

const GRAPH = 'model.onnx';
const LABELS = 'labels.txt';
/** Stands for terms that nobody has told. */
const UNSTATED = 'LicenseRef-unstated';

export interface AddOptions {
  /** The models folder; made where it does not exist. */
  readonly root: string;
  readonly name: string;
  readonly version?: number | undefined;
  readonly title?: string | undefined;
  /** SPDX expression. */
  readonly licence?: string | undefined;
  readonly source?: string | undefined;
  /** File of class names, one a line. */
  readonly labels?: string | undefined;
  readonly maxBatchRows?: number | undefined;
  /** A golden.json with reference answers; unset: the model's own first answers. */
  readonly golden?: string | undefined;
}

export interface AddedModel extends ModelIdentity {
  readonly folder: string;
  readonly maxBatchRows: number;
  readonly golden: 'given' | 'first answers';
}

/**
 * Makes a version of an ONNX file: manifest from its graph, golden answers, everything proved as
 * the server does it, and only then visible.
 * @throws ModelAddError, OnnxFileError, VersionFolderError or ModelFolderError
 */
export async function addModel(file: string, options: AddOptions): Promise<AddedModel> {
  const { name, golden } = options;
  const place = { ...parsePlace(join(options.root, name, '1')), version: options.version };
  if (place.name !== name) throw new ModelAddError(`'${name}' cannot be a model's name`);
  const version = await freeVersion(place);
  const identity = { name, version };
  const { manifest, copies } = await describe(file, options);
  let maxBatchRows = 1;
  const folder = await makeVersion(place, version, async (draft, staging) => {
    for (const [path, from] of copies) await copyInto(join(draft, path), from);
    const proof = await proveGraph(
      { identity, manifest, path: (path) => join(draft, path), recheck: async () => undefined },
      options,
    );
    ({ maxBatchRows } = proof);
    await writeJson(join(draft, 'model.json'), { ...manifest, limits: { maxBatchRows } });
    await writeJson(join(draft, 'golden.json'), proof.golden);
    await writeFile(join(draft, 'README.md'), readme(identity, manifest, golden !== undefined));
    const [verified] = await verifyModels(staging, [identity]);
    if (verified?.state === 'refused') throw new ModelAddError(verified.reason);
  });
  const answers = golden === undefined ? 'first answers' : 'given';
  return { ...identity, folder, maxBatchRows, golden: answers };
}

interface Description {
  readonly manifest: TensorManifest;
  /** Path in the version's folder and where its file is now. */
  readonly copies: ReadonlyMap<string, string>;
}

/** @throws ModelAddError or OnnxFileError */
async function describe(file: string, options: AddOptions): Promise<Description> {
  const { producer, externalData } = await readOnnxFile(file);
  const { name, title, licence, source, labels, maxBatchRows } = options;
  const copies = new Map([[GRAPH, resolve(file)]]);
  for (const path of externalData) {
    // Copied under this name into the version's folder.
    if (isAbsolute(path) || path.split('/').includes('..')) {
      throw new ModelAddError(`the graph's weights lie outside of its folder: ${path}`);
    }
    copies.set(path, resolve(dirname(file), path));
  }
  if (labels !== undefined) copies.set(LABELS, resolve(labels));
  const files = [];
  for (const [path, from] of copies) files.push(await fileEntry(path, from));
  const manifest = modelManifest.safeParse({
    kind: 'tensor',
    title: title ?? name,
    framework: producer,
    licence: { spdx: licence ?? UNSTATED },
    source: source ?? basename(file),
    files,
    graphs: [GRAPH],
    limits: { maxBatchRows },
    labels: labels && LABELS,
  });
  if (!manifest.success) throw new ModelAddError(z.prettifyError(manifest.error));
  return { manifest: manifest.data as TensorManifest, copies };
}

async function fileEntry(path: string, from: string) {
  const content = await readFile(from).catch((error: NodeJS.ErrnoException) => {
    throw new ModelAddError(`${from}, which the model needs, cannot be read (${error.code})`);
  });
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { path, sha256, bytes: content.byteLength };
}

async function copyInto(target: string, from: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await copyFile(from, target);
}

function readme(
  { name, version }: ModelIdentity,
  manifest: TensorManifest,
  isProved: boolean,
): string {
  const { source, framework, licence } = manifest;
  const unstated = licence.spdx === UNSTATED ? ' (the terms were not stated)' : '';
  return `# ${name}, version ${version}: ${manifest.title}

Made by \`nestor models add\`.

**Origin.** ${source}${framework === undefined ? '' : `, written by ${framework}`}.

**Licence.** ${licence.spdx}${unstated}.

**Golden answers.** ${isProved ? 'Given with the model.' : FIRST_ANSWERS}
`;
}

const FIRST_ANSWERS =
  "Made-up inputs with the model's own first answers. They guard against damage and against " +
  'another runtime that answers otherwise; they do not prove the model right.';

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFile(path, `${JSON.stringify(value, undefined, 2)}\n`);
}
