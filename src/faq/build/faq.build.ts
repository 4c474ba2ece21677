import type { Engine } from '../../engine/engine.js';
import type { ModelIdentity } from '../../registry/model.kind.js';
import { freeVersion, makeVersion, parsePlace } from '../../registry/version.folder.js';
import { allCentroids, type EmbeddedOriginal } from './centroids.js';
import { calibrate, type Calibration } from './cross.validation.js';
import { aboutModel, type Description, readmeOf } from './model.description.js';
import { writeModel } from './model.writer.js';
import { QuestionEncoder } from './question.encoder.js';
import { type OriginalQuestion, type QuestionFiles, readQuestions } from './questions.reader.js';

export interface FaqBuildOptions extends Description {
  readonly files: QuestionFiles;
  /** `models/<name>` for its next version, or a version's folder that is not there yet. */
  readonly out: string;
  /** The FAQ model whose encoder is taken over. */
  readonly encoder: string;
}

export interface BuiltFaq {
  readonly identity: ModelIdentity;
  /** Absolute path of the version. */
  readonly folder: string;
  readonly originals: number;
  readonly duplicates: number;
  readonly calibration: Calibration;
}

/**
 * Makes a model version of an FAQ without Python: reads and cleans its texts, embeds them, takes
 * each original's centroid, fits probabilities and threshold on held-out duplicates, writes.
 * @param onProgress told how many texts are embedded
 * @throws QuestionFileError, FaqBuildError, VersionFolderError or EngineError
 */
export async function buildFaq(
  engine: Engine,
  options: FaqBuildOptions,
  onProgress: (done: number, total: number) => void,
): Promise<BuiltFaq> {
  const place = parsePlace(options.out);
  const identity = { name: place.name, version: await freeVersion(place) };
  const questions = await readQuestions(options.files);
  const encoder = await QuestionEncoder.open(engine, options.encoder);
  try {
    const groups = await embed(encoder, questions, onProgress);
    const duplicates = groups.reduce((sum, group) => sum + group.duplicates.length, 0);
    const calibration = calibrate(groups);
    const facts = { ...identity, originals: groups.length, duplicates, calibration };
    const about = aboutModel(encoder.folder, options, facts);
    const readme = readmeOf(about, facts);
    const parts = { identity, encoder, questions, calibration, about, readme };
    const centroids = allCentroids(groups);
    const folder = await makeVersion(place, identity.version, (draft) =>
      writeModel(draft, { ...parts, centroids }),
    );
    return { identity, folder, originals: groups.length, duplicates, calibration };
  } finally {
    await encoder.close();
  }
}

async function embed(
  encoder: QuestionEncoder,
  questions: readonly OriginalQuestion[],
  onProgress: (done: number, total: number) => void,
): Promise<EmbeddedOriginal[]> {
  const texts = questions.flatMap((one) => [
    one.clean,
    ...one.duplicates.map(({ clean }) => clean),
  ]);
  const vectors = await encoder.embedAll(texts, (done) => onProgress(done, texts.length));
  let next = 0;
  return questions.map((question) => {
    const [original = new Float32Array(), ...duplicates] = vectors.slice(
      next,
      (next += 1 + question.duplicates.length),
    );
    return { original, duplicates };
  });
}
