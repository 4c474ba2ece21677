import { readFile } from 'node:fs/promises';
import { type CatalogueEntry, ImplausibleModelError } from '../registry/model.catalogue.js';
import { readFolder } from '../registry/model.folder.js';
import type { ModelFolder, ModelIdentity } from '../registry/model.kind.js';
import type { VisionManifest } from '../registry/model.manifest.js';
import { VisionKind } from '../vision/vision.kind.js';
import type { VisionScorer } from '../vision/vision.scorer.js';
import { openScoring } from './scoring.context.js';

/** The photographs' classes are looked for among so many. */
const TOP = 5;
const GOLDEN_CLASSES = 3;
/** Other processors and releases of the runtime differ by less, a wrong decoder or file by more. */
const TOLERANCE = 0.02;

/**
 * Content of golden.json for a version that comes without reference answers: its own first ones,
 * once they name what the photographs show. They cannot tell whether the model was right from the
 * start, only whether something has changed since.
 * @throws ImplausibleModelError naming the photograph, what was expected and what came
 */
export async function firstAnswers(
  root: string,
  identity: ModelIdentity,
  photographs: CatalogueEntry['photographs'],
  signal: AbortSignal,
) {
  const folder = (await readFolder(root, identity)) as ModelFolder<VisionManifest>;
  const context = await openScoring({}, { load: false });
  try {
    const kind = context.get(VisionKind, { strict: false });
    const scorer = await kind.load(folder).catch(asImplausible);
    try {
      const cases = [];
      for (const { image, anyOf } of photographs) {
        const predictions = await classify(scorer, folder.path(image), signal);
        requireOneOf(anyOf, predictions, image);
        const expect = predictions
          .slice(0, GOLDEN_CLASSES)
          .map(({ index, probability }) => ({ index, probability }));
        cases.push({ image, expect });
      }
      const note = 'The first answers of this model where it was pulled; not a reference.';
      return { note, tolerance: TOLERANCE, cases };
    } finally {
      await scorer.close();
    }
  } finally {
    await context.close();
  }
}

async function classify(scorer: VisionScorer, image: string, signal: AbortSignal) {
  const input = { image: await readFile(image), top: TOP };
  const scoring = scorer.score(input, { signal, timings: {} });
  const { predictions } = await scoring.catch(asImplausible);
  return predictions;
}

function asImplausible(error: unknown): never {
  const reason = error instanceof Error ? error.message : String(error);
  throw new ImplausibleModelError(`the model does not score: ${reason}`, { cause: error });
}

function requireOneOf(
  wnids: readonly string[],
  predictions: readonly { wnid: string; label: string }[],
  image: string,
): void {
  if (predictions.some(({ wnid }) => wnids.includes(wnid))) return;
  const got = predictions.map(({ wnid, label }) => `${wnid} (${label})`).join(', ');
  throw new ImplausibleModelError(
    `${image}: expected ${wnids.join(' or ')} among the first ${TOP} classes, got ${got}`,
  );
}
