import { Logger, Module } from '@nestjs/common';
import { CONFIG, type Config, ConfigModule } from '../config/config.module.js';
import { Engine } from './engine.js';
import { ENGINE_OBSERVER, type EngineObserver } from './engine.observer.js';
import { countGpus } from './gpus.js';
import { processors } from './processors.js';

/** A run of which nobody can want the answer any more has hung; loading may be slow, too. */
const RUN_LIMIT_MIN_MS = 30_000;
const runtimeLogger = new Logger('Runtime');

@Module({
  imports: [ConfigModule],
  providers: [
    {
      provide: Engine,
      inject: [CONFIG, { token: ENGINE_OBSERVER, optional: true }],
      useFactory: (config: Config, observer?: EngineObserver) => {
        const logger = new Logger('Engine');
        const options = {
          executionProviders: config.EXECUTION_PROVIDERS,
          instances: config.INSTANCES,
          threadsPerInstance: config.THREADS_PER_INSTANCE,
          processors: processors(),
          gpus: countGpus(),
          queueMaxRows: config.QUEUE_MAX_ROWS,
          runLimitMs: Math.max(RUN_LIMIT_MIN_MS, 2 * config.REQUEST_TIMEOUT_MS),
          say: (line: string) => runtimeLogger.warn(line),
        };
        const fellBack = (
          { name, version }: { name: string; version: number },
          from: string,
          reason: string,
        ) => logger.warn(`model ${name} version ${version} cannot run on ${from}: ${reason}`);
        return new Engine({ ...options, fellBack }, observer);
      },
    },
  ],
  exports: [Engine],
})
export class EngineModule {}
