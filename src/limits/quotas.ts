import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.module.js';
import { SharedWindows } from './shared.windows.js';
import { SlidingWindows, type Standing } from './sliding.windows.js';

/** Callers remembered in memory; past it the one that was quiet longest is forgotten. About 7 MB. */
const MAX_CALLERS = 10_000;

/**
 * Quotas by caller, shared with other replicas through Redis where it is configured. While Redis
 * fails each replica counts for itself; that, and the end of it, is said once.
 */
@Injectable()
export class Quotas implements OnApplicationShutdown {
  readonly #logger = new Logger('Quotas');
  readonly #own = new SlidingWindows(MAX_CALLERS);
  readonly #shared: SharedWindows | undefined;
  #sharing: 'not yet' | 'yes' | 'no longer' = 'not yet';

  constructor(@Inject(CONFIG) { RATE_LIMIT_REDIS_URL: url }: Config) {
    if (url === undefined) return;
    this.#shared = new SharedWindows(url, {
      onReady: () => this.#begin(),
      onFault: (reason) => this.#lose(reason),
    });
  }

  /** Counts one request, if the limit lets it. Never throws and never waits long. */
  async take(caller: string, limit: number): Promise<Standing> {
    const standing = await this.#shared?.take(caller, limit);
    if (standing === undefined) return this.#own.take(caller, limit);
    if (this.#sharing === 'no longer') {
      this.#sharing = 'yes';
      this.#logger.log('Redis answers again: quotas are shared by all replicas');
    }
    return standing;
  }

  onApplicationShutdown(): void {
    this.#shared?.close();
  }

  #begin(): void {
    if (this.#sharing !== 'not yet') return;
    this.#sharing = 'yes';
    this.#logger.log('Redis answers: quotas are shared by all replicas');
  }

  #lose(reason: string): void {
    if (this.#sharing === 'no longer') return;
    this.#sharing = 'no longer';
    this.#logger.warn(`Redis fails (${reason}): each replica counts quotas for itself`);
  }
}
