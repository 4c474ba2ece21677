import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { audit } from '../audit/audit.js';
import { CONFIG, type Config } from '../config/config.module.js';
import { ModelRegistry } from './model.registry.js';
import type { VersionChange } from './model.version.js';

const ACTIONS = { loaded: 'model.load', refused: 'model.load', removed: 'model.unload' } as const;

/** Brings changes of the models folder into the registry without being asked. */
@Injectable()
export class ModelWatcher implements OnApplicationShutdown {
  readonly #logger = new Logger('ModelWatcher');
  readonly #stop = new AbortController();
  #fault = '';

  constructor(
    private readonly registry: ModelRegistry,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Looks every `MODELS_WATCH` seconds, and sees what events miss: Kubernetes swaps links. */
  async watch(): Promise<void> {
    const { MODELS_WATCH } = this.config;
    if (MODELS_WATCH === 'off') return;
    const { signal } = this.#stop;
    this.#logger.log(`looking for changed models every ${MODELS_WATCH} s`);
    while (!signal.aborted) {
      await sleep(MODELS_WATCH * 1_000, undefined, { ref: false, signal }).catch(() => undefined);
      if (!signal.aborted) await this.#look();
    }
  }

  onApplicationShutdown(): void {
    this.#stop.abort();
  }

  async #look(): Promise<void> {
    try {
      for (const change of await this.registry.refresh()) tell(change);
      this.#fault = '';
    } catch (error) {
      const fault = error instanceof Error ? error.message : String(error);
      if (fault !== this.#fault) this.#logger.error(`cannot look for changed models: ${fault}`);
      this.#fault = fault;
    }
  }
}

function tell({ name, version, change, reason }: VersionChange): void {
  audit({
    audit: ACTIONS[change],
    target: `${name}:${version}`,
    principal: 'system:models-watch',
    result: change === 'refused' ? 'refused' : 'done',
    ...(reason !== undefined && { reason }),
  });
}
