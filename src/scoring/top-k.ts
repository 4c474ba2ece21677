/** exp(x - max) / sum, so that large logits do not overflow. */
export function softmax(logits: ArrayLike<number>): Float64Array {
  const values = new Float64Array(logits);
  const max = values.reduce((a, b) => Math.max(a, b), -Infinity);
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += values[i] = Math.exp((values[i] ?? 0) - max);
  return values.map((value) => value / sum);
}

/** Indices of the `k` largest values, largest first; the lower index comes first among equals. */
export function topK(values: ArrayLike<number>, k: number): number[] {
  const best: number[] = [];
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? -Infinity;
    let at = best.length;
    while (at > 0 && value > (values[best[at - 1] ?? 0] ?? -Infinity)) at -= 1;
    if (at >= k) continue;
    best.splice(at, 0, index);
    if (best.length > k) best.pop();
  }
  return best;
}
