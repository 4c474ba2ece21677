import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { ModelIdentity } from '../../registry/model.kind.js';
import { type EmbeddingManifest, modelManifest } from '../../registry/model.manifest.js';
import { EmbeddingMatcher } from '../embedding.matcher.js';
import { Centroids, readOriginals } from '../faq.index.js';
import { FaqScorer } from '../faq.scorer.js';
import { FaqBuildError } from './build.error.js';
import type { Calibration } from './cross.validation.js';
import type { About } from './model.description.js';
import { goldenCases, TOLERANCE } from './golden.js';
import type { QuestionEncoder } from './question.encoder.js';
import type { OriginalQuestion } from './questions.reader.js';

const ORIGINALS = 'originals.tsv';
const CENTROIDS = 'centroids.f32';

/** What a new version is made of. */
export interface FaqParts {
  readonly identity: ModelIdentity;
  readonly encoder: QuestionEncoder;
  readonly questions: readonly OriginalQuestion[];
  readonly centroids: readonly Float32Array[];
  readonly calibration: Calibration;
  readonly about: About;
  readonly readme: string;
}

/** Fills a version's folder; its golden answers are those of the scorer that will serve it. */
export async function writeModel(folder: string, parts: FaqParts): Promise<void> {
  const { encoder, questions, centroids, readme } = parts;
  const lent = lentFiles(encoder);
  for (const file of lent) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await copyFile(encoder.folder.path(file), join(folder, file));
  }
  await writeFile(join(folder, ORIGINALS), originalsTable(questions));
  await writeFile(join(folder, CENTROIDS), littleEndian(centroids));
  await writeFile(join(folder, 'README.md'), readme);
  const files = await Promise.all(
    [...lent, ORIGINALS, CENTROIDS].map((file) => describe(folder, file)),
  );
  const manifest = checkManifest(manifestOf(parts, files));
  await writeJson(join(folder, 'model.json'), manifest);
  const cases = await goldenCases(await openScorer(folder, manifest, parts), questions, manifest);
  await writeJson(join(folder, 'golden.json'), { tolerance: TOLERANCE, cases });
}

/** Graphs with their external data, which begins with the graph's name, tokenizer and licence. */
function lentFiles({ folder: { manifest }, graphs }: QuestionEncoder): string[] {
  const used = new Set([manifest.tokenizer, manifest.licence.file]);
  return manifest.files
    .map(({ path }) => path)
    .filter((path) => used.has(path) || graphs.some((graph) => path.startsWith(graph)));
}

function manifestOf(
  { encoder, centroids, calibration, about }: FaqParts,
  files: EmbeddingManifest['files'],
): EmbeddingManifest {
  const { spdx, ...described } = about;
  const { precision, limits, maxTokens, dimensions, licence, ...lent } = encoder.folder.manifest;
  return {
    kind: 'faq',
    scorer: 'embedding',
    ...described,
    precision,
    licence: { ...licence, spdx },
    files,
    graphs: [...encoder.graphs],
    limits,
    tokenizer: lent.tokenizer,
    maxTokens,
    originals: ORIGINALS,
    centroids: CENTROIDS,
    dimensions: centroids[0]?.length ?? dimensions,
    threshold: calibration.threshold,
    probability: { from: 'centroids', scale: calibration.scale },
    embedding: lent.embedding,
  };
}

/** @throws FaqBuildError when an option's text makes a manifest that the registry would refuse */
function checkManifest(manifest: EmbeddingManifest): EmbeddingManifest {
  const parsed = modelManifest.safeParse(manifest);
  if (parsed.success) return manifest;
  throw new FaqBuildError(`model.json: ${z.prettifyError(parsed.error)}`);
}

async function openScorer(folder: string, manifest: EmbeddingManifest, parts: FaqParts) {
  const { identity, encoder, centroids } = parts;
  const path = (file: string) => join(folder, file);
  const originals = await readOriginals(path(ORIGINALS));
  const index = await Centroids.read(path(CENTROIDS), centroids.length, manifest.dimensions);
  const { model, tokenizer } = encoder;
  // Scored here and now: nothing is started again later.
  const recheck = () => Promise.resolve();
  const matcher = new EmbeddingMatcher(manifest, tokenizer, index);
  return new FaqScorer({ identity, manifest, path, recheck }, model, originals, matcher);
}

function originalsTable(questions: readonly OriginalQuestion[]): string {
  const rows = questions.map(({ id, answerId, raw, answer }) => [id, answerId, raw, answer]);
  const lines = [['Id', 'AnswerId', 'Text0', 'Answer'], ...rows];
  return lines.map((fields) => `${fields.join('\t')}\n`).join('');
}

function littleEndian(vectors: readonly Float32Array[]): Buffer {
  const width = vectors[0]?.length ?? 0;
  const bytes = Buffer.alloc(vectors.length * width * 4);
  for (const [row, vector] of vectors.entries()) {
    for (const [column, value] of vector.entries()) {
      bytes.writeFloatLE(value, (row * width + column) * 4);
    }
  }
  return bytes;
}

async function describe(folder: string, path: string): Promise<EmbeddingManifest['files'][number]> {
  const content = await readFile(join(folder, path));
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { path, sha256, bytes: content.byteLength };
}

function writeJson(path: string, value: unknown): Promise<void> {
  return writeFile(path, `${JSON.stringify(value, undefined, 2)}\n`);
}
