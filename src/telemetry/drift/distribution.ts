/** Tenths of the probability of the best match or class. */
export const BINS = 10;
/** Added to every bin, so that an empty one does not make the index infinite (Jeffreys' prior). */
const PRIOR = 0.5;

/** How sure a model was, over some inputs. */
export interface Distribution {
  /** Inputs by tenth of the probability, lowest first. */
  readonly bins: readonly number[];
  readonly inputs: number;
  /** Inputs that can be answered or not: questions. */
  readonly questions: number;
  readonly answered: number;
}

export function binOf(probability: number): number {
  return Math.min(BINS - 1, Math.max(0, Math.floor(probability * BINS)));
}

/** Population stability index of two distributions: 0 for equal ones. */
export function stabilityIndex(now: Distribution, baseline: Distribution): number {
  return now.bins.reduce((sum, count, bin) => {
    const p = (count + PRIOR) / (now.inputs + BINS * PRIOR);
    const q = ((baseline.bins[bin] ?? 0) + PRIOR) / (baseline.inputs + BINS * PRIOR);
    return sum + (p - q) * Math.log(p / q);
  }, 0);
}

/**
 * The index that chance alone gives between samples of one and the same distribution: without drift
 * it follows a chi-square with BINS - 1 degrees of freedom, scaled by 1/N + 1/M (Yurdakul,
 * Statistical Properties of Population Stability Index, 2018).
 */
export function expectedIndex(now: Distribution, baseline: Distribution): number {
  return (BINS - 1) * (1 / now.inputs + 1 / baseline.inputs);
}
