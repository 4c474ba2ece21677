import { Redis } from 'ioredis';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { type Standing, WINDOW_S } from './sliding.windows.js';
import { TAKE_LUA } from './take.lua.js';

/** What a request waits for Redis at most; on one network it answers in less than 1 ms. */
const ANSWER_MS = 50;
/** Redis that hung is left alone for so long, so that not every request waits for it. */
const REST_MS = 1_000;
const LATE = 'no answer in time';

/** The windows of all replicas in one Redis; says what is wrong instead of throwing. */
export class SharedWindows {
  readonly #client: Redis;
  /** By limit, as the library fixes it at construction; there are as many as the key file has rates. */
  readonly #limiters = new Map<number, RateLimiterRedis>();
  #restUntil = 0;

  /**
   * @param url `redis://` or `rediss://`, with the credentials; never logged
   * @param events `onFault` gets a word on each fault, which holds neither address nor credential
   */
  constructor(
    url: string,
    private readonly events: { onReady: () => void; onFault: (reason: string) => void },
  ) {
    this.#client = new Redis(url, {
      connectionName: 'nestor',
      connectTimeout: 2_000,
      // A connection that died without a word is given up, not waited for.
      socketTimeout: 2_000,
      // A request that cannot be counted now is counted here and must not be counted there later.
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      retryStrategy: (times) => Math.min(times * 200, 2_000),
      // After a failover the old primary refuses to write.
      reconnectOnError: (error) => error.message.startsWith('READONLY'),
    });
    this.#client.on('ready', events.onReady);
    this.#client.on('error', (error: Error) => events.onFault(reasonOf(error)));
  }

  /** Counts one request, if the limit lets it; undefined when Redis does not answer in time. */
  async take(key: string, limit: number): Promise<Standing | undefined> {
    if (this.#client.status !== 'ready' || performance.now() < this.#restUntil) return undefined;
    try {
      return standingOf(await inTime(this.#limiterOf(limit).consume(key)), true);
    } catch (outcome) {
      if (outcome instanceof RateLimiterRes) return standingOf(outcome, false);
      this.#restUntil = performance.now() + REST_MS;
      this.events.onFault(reasonOf(outcome));
      return undefined;
    }
  }

  close(): void {
    this.#client.disconnect();
  }

  #limiterOf(limit: number): RateLimiterRedis {
    let limiter = this.#limiters.get(limit);
    if (limiter === undefined) {
      limiter = new RateLimiterRedis({
        storeClient: this.#client,
        keyPrefix: 'nestor:quota',
        points: limit,
        duration: WINDOW_S,
        customIncrTtlLuaScript: TAKE_LUA,
        // A caller that goes on although it is refused costs Redis nothing until some comes back.
        inMemoryBlockOnConsumed: limit + 1,
      });
      this.#limiters.set(limit, limiter);
    }
    return limiter;
  }
}

/** Rejects when it takes longer than ANSWER_MS. */
function inTime<T>(answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(LATE));
    // An answer that lay in the socket while this process was busy is read before `late` runs.
    const timer = setTimeout(() => setImmediate(late), ANSWER_MS);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function standingOf(result: RateLimiterRes, allowed: boolean): Standing {
  return { allowed, remaining: result.remainingPoints, waitMs: Math.max(result.msBeforeNext, 0) };
}

/** The code of a socket's error, or the first word of an answer such as `NOAUTH …`. */
function reasonOf(error: unknown): string {
  const { code, message = '' } = error as { code?: string; message?: string };
  if (message === LATE) return LATE;
  return code ?? /^[A-Z]{3,}/.exec(message)?.[0] ?? 'connection lost';
}
