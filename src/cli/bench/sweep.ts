import type { LoadResult } from './load.js';

/** Two numbers of connections closer than this factor are not told apart. */
const FINE_ENOUGH = 1.3;

export interface Sweep {
  /** By rising number of connections. */
  readonly results: readonly LoadResult[];
  /** The last one whose p99 stays within the target and that refused and failed nothing. */
  readonly safe: LoadResult | undefined;
}

/**
 * Measures rising numbers of connections, then halves the gap between the last that keeps the
 * target and the first that does not.
 * @param targetMs p99 of the latency, milliseconds
 */
export async function sweep(
  connections: readonly number[],
  targetMs: number,
  measure: (connections: number) => Promise<LoadResult>,
): Promise<Sweep> {
  const results: LoadResult[] = [];
  const keeps = ({ p99, refused, failed }: LoadResult) => p99 <= targetMs && refused + failed === 0;
  const take = async (count: number) => {
    const result = await measure(count);
    results.push(result);
    return result;
  };
  for (const count of connections.toSorted((a, b) => a - b)) await take(count);
  const firstBad = results.find((result) => !keeps(result));
  const before = results.slice(0, firstBad && results.indexOf(firstBad));
  let safe = before.at(-1);
  let above = firstBad?.connections ?? Infinity;
  while (safe !== undefined && above < Infinity && above / safe.connections > FINE_ENOUGH) {
    const middle = Math.round(Math.sqrt(safe.connections * above));
    if (middle <= safe.connections || middle >= above) break;
    const result = await take(middle);
    if (keeps(result)) safe = result;
    else above = middle;
  }
  return { results: results.toSorted((a, b) => a.connections - b.connections), safe };
}
