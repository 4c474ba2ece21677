/** Figures that say how well questions are matched; pure, each defined where it is computed. */

/**
 * Place of the right one among all scores, 1 for the highest; among equal scores the lower index
 * comes first, as in the answer (scoring/top-k.ts).
 */
export function rankOf(scores: ArrayLike<number>, right: number): number {
  const own = scores[right] ?? -Infinity;
  let rank = 1;
  for (let index = 0; index < scores.length; index += 1) {
    const score = scores[index] ?? -Infinity;
    if (score > own || (score === own && index < right)) rank += 1;
  }
  return rank;
}

/** Share of ranks within the first `k`. */
export function accuracyAt(k: number, ranks: readonly number[]): number {
  return mean(ranks.map((rank) => (rank <= k ? 1 : 0)));
}

/** Mean of 1 / rank. */
export function meanReciprocalRank(ranks: readonly number[]): number {
  return mean(ranks.map((rank) => 1 / rank));
}

/** The probability given to the first match, and whether that match was the right one. */
export interface Confidence {
  readonly probability: number;
  readonly right: boolean;
}

/**
 * Expected calibration error: over bins of equal width, the difference between the mean
 * probability and the share that was right, weighted by how many fell into the bin.
 */
export function expectedCalibrationError(given: readonly Confidence[], bins = 10): number {
  const sums = Array.from({ length: bins }, () => 0);
  for (const { probability, right } of given) {
    const bin = Math.min(bins - 1, Math.floor(probability * bins));
    // A bin's count times its difference is the sum of its differences.
    sums[bin] = (sums[bin] ?? 0) + probability - (right ? 1 : 0);
  }
  return sums.reduce((total, sum) => total + Math.abs(sum), 0) / given.length;
}

/** Chance that a positive scores higher than a negative, a tie counting half. */
export function areaUnderRoc(positives: readonly number[], negatives: readonly number[]): number {
  const ordered = ascending(negatives);
  const wins = positives.map(
    (score) => (countBelow(ordered, score, false) + countBelow(ordered, score, true)) / 2,
  );
  return mean(wins) / negatives.length;
}

/** A limit with the shares of positives and negatives that reach it. */
export interface Cut {
  readonly threshold: number;
  readonly truePositiveRate: number;
  readonly falsePositiveRate: number;
}

/**
 * The threshold with the largest Youden's J, true minus false positive rate, among those that at
 * least the given share of positives reaches; midway between two neighbouring scores, so that
 * rounding moves no score over it; the lowest one among equals.
 */
export function youdenCut(
  positives: readonly number[],
  negatives: readonly number[],
  leastTruePositiveRate = 0,
): Cut {
  const [above, below] = [ascending(positives), ascending(negatives)];
  const scores = ascending([...new Set([...above, ...below])]);
  let best: Cut = { threshold: scores[0] ?? 0, truePositiveRate: 1, falsePositiveRate: 1 };
  for (const [index, score] of scores.slice(1).entries()) {
    const cut = {
      threshold: (score + (scores[index] ?? score)) / 2,
      truePositiveRate: (above.length - countBelow(above, score, false)) / above.length,
      falsePositiveRate: (below.length - countBelow(below, score, false)) / below.length,
    };
    if (cut.truePositiveRate < leastTruePositiveRate) break;
    if (youden(cut) > youden(best)) best = cut;
  }
  return best;
}

function youden({ truePositiveRate, falsePositiveRate }: Cut): number {
  return truePositiveRate - falsePositiveRate;
}

function ascending(scores: readonly number[]): number[] {
  return scores.toSorted((a, b) => a - b);
}

/** How many of the ordered scores lie below the limit, or, inclusive, do not lie above it. */
function countBelow(ordered: readonly number[], limit: number, inclusive: boolean): number {
  let [low, high] = [0, ordered.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const score = ordered[middle] ?? Infinity;
    if (score < limit || (inclusive && score === limit)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
