import { softmax } from '../../scoring/top-k.js';

const MIN_SCALE = 1;
const MAX_SCALE = 200;
/** Width, as a ratio, at which the search ends; far below what data of any size can tell apart. */
const PRECISION = 1e-4;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** Cosines of a text with every centroid, and the row of the original that it belongs to. */
export interface Similarities {
  readonly cosines: Float32Array;
  readonly right: number;
}

/**
 * The scale whose probabilities, softmax(cosine * scale), fit the texts best: least negative
 * log-likelihood, by golden-section search over log(scale), in which the loss has one valley.
 * The right original's target is (n + 1) / (n + 2) instead of 1, as Platt scaling has it; else
 * a short list that is always matched right would call for an infinite scale.
 */
export function fitScale(texts: readonly Similarities[]): number {
  const target = (texts.length + 1) / (texts.length + 2);
  const loss = (log: number) => meanLoss(texts, Math.exp(log), target);
  let [low, high] = [Math.log(MIN_SCALE), Math.log(MAX_SCALE)];
  let [left, right] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
  let [leftLoss, rightLoss] = [loss(left), loss(right)];
  while (high - low > PRECISION) {
    if (leftLoss < rightLoss) {
      [high, right, rightLoss] = [right, left, leftLoss];
      left = high - GOLDEN * (high - low);
      leftLoss = loss(left);
    } else {
      [low, left, leftLoss] = [left, right, rightLoss];
      right = low + GOLDEN * (high - low);
      rightLoss = loss(right);
    }
  }
  return Math.exp((low + high) / 2);
}

/** Probability of every original for a text. */
export function probabilities({ cosines }: Similarities, scale: number): Float64Array {
  return softmax(cosines.map((cosine) => cosine * scale));
}

/** Cross-entropy per text; what `target` leaves over is spread evenly on the other originals. */
function meanLoss(texts: readonly Similarities[], scale: number, target: number): number {
  const losses = texts.map(({ cosines, right }) => {
    const own = cosines[right] ?? 0;
    let [max, sum] = [-Infinity, 0];
    for (const cosine of cosines) {
      max = Math.max(max, cosine);
      sum += cosine;
    }
    let spread = 0;
    for (const cosine of cosines) spread += Math.exp((cosine - max) * scale);
    const others = (sum - own) / (cosines.length - 1);
    return Math.log(spread) + scale * (max - target * own - (1 - target) * others);
  });
  return losses.reduce((total, loss) => total + loss, 0) / losses.length;
}
