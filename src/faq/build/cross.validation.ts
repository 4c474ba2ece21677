import { topK } from '../../scoring/top-k.js';
import { centroid, cosines, type EmbeddedOriginal } from './centroids.js';
import {
  accuracyAt,
  areaUnderRoc,
  type Confidence,
  expectedCalibrationError,
  meanReciprocalRank,
  rankOf,
  youdenCut,
} from './metrics.js';
import { fitScale, probabilities, type Similarities } from './probability.scale.js';

/** Every duplicate is scored once, with centroids made without its quarter. */
const FOLDS = 4;

/**
 * Texts whose original was left out are the only ones at hand that nothing in the list matches.
 * They lie nearer to the list than what users ask beside it, and would cost a third of the right
 * matches on recipes/faq/data; so the threshold may leave this share of duplicates unanswered,
 * no more.
 */
const LEAST_ANSWERED = 0.95;

/** Measured on texts that their centroids, and for probabilities their scale, have not seen. */
export interface Figures {
  readonly accuracyAt1: number;
  readonly accuracyAt2: number;
  readonly accuracyAt3: number;
  readonly meanReciprocalRank: number;
  /** Of the first match's probability, ten bins. */
  readonly expectedCalibrationError: number;
  /** Of the best cosine, texts with against texts without their original in the list. */
  readonly areaUnderRoc: number;
  /** Share at or above the threshold with the original in the list. */
  readonly answered: number;
  /** The same with the original left out: matches that should not be. */
  readonly answeredWithoutOriginal: number;
}

export interface Calibration {
  /** Makes probabilities of cosines: softmax(cosine * scale). */
  readonly scale: number;
  /** Best cosine below which nothing matches. */
  readonly threshold: number;
  readonly figures: Figures;
}

interface HeldOut extends Similarities {
  readonly fold: number;
}

/** Fits scale and threshold on held-out duplicates and measures what the matches are worth. */
export function calibrate(groups: readonly EmbeddedOriginal[]): Calibration {
  const texts = holdOut(groups);
  const ranks = texts.map((text) => rankOf(text.cosines, text.right));
  const matched = texts.map((text) => best(text.cosines));
  const unmatched = texts.map((text) => best(text.cosines.filter((_, row) => row !== text.right)));
  const cut = youdenCut(matched, unmatched, LEAST_ANSWERED);
  return {
    scale: fitScale(texts),
    threshold: cut.threshold,
    figures: {
      accuracyAt1: accuracyAt(1, ranks),
      accuracyAt2: accuracyAt(2, ranks),
      accuracyAt3: accuracyAt(3, ranks),
      meanReciprocalRank: meanReciprocalRank(ranks),
      expectedCalibrationError: expectedCalibrationError(confidences(texts)),
      areaUnderRoc: areaUnderRoc(matched, unmatched),
      answered: cut.truePositiveRate,
      answeredWithoutOriginal: cut.falsePositiveRate,
    },
  };
}

/** Duplicates are dealt out to the folds in order, so that each original's are spread evenly. */
function holdOut(groups: readonly EmbeddedOriginal[]): HeldOut[] {
  let dealt = 0;
  const dealer = groups.map(({ duplicates }) => duplicates.map(() => dealt++ % FOLDS));
  return Array.from({ length: FOLDS }, (_, fold) => {
    const isHeld = (group: number, at: number) => dealer[group]?.[at] === fold;
    const vectors = groups.map(({ original, duplicates }, group) =>
      centroid([original, ...duplicates.filter((_, at) => !isHeld(group, at))]),
    );
    return groups.flatMap(({ duplicates }, right) =>
      duplicates
        .filter((_, at) => isHeld(right, at))
        .map((text) => ({ fold, right, cosines: cosines(vectors, text) })),
    );
  }).flat();
}

/** Each fold's probabilities come from the scale that fits the other folds. */
function confidences(texts: readonly HeldOut[]): Confidence[] {
  const scales = Array.from({ length: FOLDS }, (_, fold) =>
    fitScale(texts.filter((text) => text.fold !== fold)),
  );
  return texts.map((text) => {
    const chances = probabilities(text, scales[text.fold] ?? 1);
    const [first = 0] = topK(chances, 1);
    return { probability: chances[first] ?? 0, right: first === text.right };
  });
}

function best(similarities: Float32Array): number {
  return similarities.reduce((max, cosine) => Math.max(max, cosine), -1);
}
