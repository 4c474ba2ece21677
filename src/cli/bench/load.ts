import { Agent, request } from 'node:https';

export interface Target {
  readonly url: string;
  readonly key: string;
  /** PEM authority of the server's certificate; undefined: those that Node trusts. */
  readonly ca: string | undefined;
}

export interface BenchRequest {
  readonly path: string;
  readonly type: string;
  readonly body: Buffer;
}

/** What a stretch of load gave; times in milliseconds. */
export interface LoadResult {
  readonly connections: number;
  /** Answers with status 200 in a second. */
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Answers with status 429. */
  readonly refused: number;
  /** Everything else: other statuses and broken connections. */
  readonly failed: number;
}

/** Keeps `connections` requests under way, each on a connection of its own, for some seconds. */
export async function load(
  target: Target,
  work: BenchRequest,
  connections: number,
  seconds: number,
): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections, ...caOf(target) });
  const tally = { latencies: [] as number[], refused: 0, failed: 0 };
  const started = performance.now();
  const until = started + seconds * 1000;
  const caller = async () => {
    while (performance.now() < until) {
      const sentAt = performance.now();
      const status = await send(agent, target, work).catch(() => 0);
      if (status === 200) tally.latencies.push(performance.now() - sentAt);
      else if (status === 429) tally.refused += 1;
      else tally.failed += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, caller));
  const elapsed = (performance.now() - started) / 1000;
  agent.destroy();
  const sorted = tally.latencies.toSorted((a, b) => a - b);
  const { refused, failed } = tally;
  const [p50, p99] = [quantile(sorted, 0.5), quantile(sorted, 0.99)];
  return { connections, perSecond: sorted.length / elapsed, p50, p99, refused, failed };
}

/** Nearest rank of sorted values; NaN of none. */
export function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? NaN;
}

function send(agent: Agent, { url, key }: Target, { path, type, body }: BenchRequest) {
  const headers = { 'x-api-key': key, 'content-type': type, 'content-length': body.length };
  return new Promise<number>((resolve, reject) => {
    const sent = request(`${url}${path}`, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
      response.once('error', reject);
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

function caOf({ ca }: Target) {
  return ca === undefined ? {} : { ca };
}
