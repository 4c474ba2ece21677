import { WEIGHT_BITS } from './resize.kernel.js';

export type Filter = 'bilinear' | 'bicubic' | 'lanczos3';

/** How the pixels of an axis follow from those of the source. */
export interface Axis {
  /** First source pixel of each target pixel. */
  readonly starts: Int32Array;
  /** `2 * pairs` weights for each target pixel, in units of 2 ** -WEIGHT_BITS. */
  readonly weights: Int16Array;
  readonly pairs: number;
}

interface Curve {
  /** Distance at which it ends, in target pixels. */
  readonly reach: number;
  readonly at: (distance: number) => number;
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

const CURVES = {
  bilinear: { reach: 1, at: (x) => 1 - x },
  // Catmull-Rom, a = -0.5.
  bicubic: {
    reach: 2,
    at: (x) => (x < 1 ? (1.5 * x - 2.5) * x * x + 1 : ((-0.5 * x + 2.5) * x - 4) * x + 2),
  },
  lanczos3: { reach: 3, at: (x) => sinc(x) * sinc(x / 3) },
} as const satisfies Record<Filter, Curve>;

/**
 * The target pixels `from` to `from + count` of a resize of `source` to `target` pixels, with the
 * filter stretched when shrinking, as Pillow does (Pillow 13, src/libImaging/Resample.c).
 */
export function axisOf(
  filter: Filter,
  size: { source: number; target: number },
  cut: { from: number; count: number },
): Axis {
  const curve = CURVES[filter];
  const scale = size.source / size.target;
  const stretch = Math.max(1, scale);
  const spans = Array.from({ length: cut.count }, (_, index) =>
    weigh(curve, (cut.from + index + 0.5) * scale, stretch, size.source),
  );
  const pairs = Math.ceil(Math.max(...spans.map(({ weights }) => weights.length)) / 2);
  const starts = new Int32Array(cut.count);
  const weights = new Int16Array(2 * pairs * cut.count);
  for (const [index, span] of spans.entries()) {
    // Near the far edge spans are shorter: they begin earlier, so that none reaches past it.
    const start = Math.max(0, Math.min(span.start, size.source - 2 * pairs));
    starts[index] = start;
    weights.set(span.weights, 2 * pairs * index + span.start - start);
  }
  return { starts, weights, pairs };
}

function weigh({ reach, at }: Curve, centre: number, stretch: number, size: number) {
  const start = Math.max(0, Math.trunc(centre - reach * stretch + 0.5));
  const end = Math.min(size, Math.trunc(centre + reach * stretch + 0.5));
  const raw = Array.from({ length: end - start }, (_, index) => {
    const distance = Math.abs(start + index + 0.5 - centre) / stretch;
    return distance < reach ? at(distance) : 0;
  });
  const sum = raw.reduce((total, weight) => total + weight, 0);
  const weights = raw.map((weight) => Math.round((weight / sum) * 2 ** WEIGHT_BITS));
  // Rounded weights still have to add up to one, or flat areas would change.
  const largest = weights.indexOf(Math.max(...weights));
  const rest = 2 ** WEIGHT_BITS - weights.reduce((total, weight) => total + weight, 0);
  weights[largest] = (weights[largest] ?? 0) + rest;
  return { start, weights };
}
