/** Unit vectors of an original and of its duplicates. */
export interface EmbeddedOriginal {
  readonly original: Float32Array;
  readonly duplicates: readonly Float32Array[];
}

/** Mean of the vectors, scaled to length 1. */
export function centroid([first, ...others]: readonly Float32Array[]): Float32Array {
  const sum = Float64Array.from(first ?? []);
  for (const vector of others) {
    for (let i = 0; i < sum.length; i += 1) sum[i] = (sum[i] ?? 0) + (vector[i] ?? 0);
  }
  // Opposite vectors cancel out: a length of 0 leaves zeros, which are similar to nothing.
  const length = Math.hypot(...sum) || 1;
  return Float32Array.from(sum, (value) => value / length);
}

/** The centroids of all texts, one a row: [originals, dimensions]. */
export function allCentroids(groups: readonly EmbeddedOriginal[]): Float32Array[] {
  return groups.map(({ original, duplicates }) => centroid([original, ...duplicates]));
}

export function cosines(vectors: readonly Float32Array[], text: Float32Array): Float32Array {
  return Float32Array.from(vectors, (vector) => {
    let sum = 0;
    for (let i = 0; i < vector.length; i += 1) sum += (vector[i] ?? 0) * (text[i] ?? 0);
    return sum;
  });
}
