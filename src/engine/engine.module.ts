import { Logger, Module } from '@nestjs/common';
import { CONFIG, type Config, ConfigModule } from '../config/config.module.js';
import { Engine } from './engine.js';
import { ENGINE_OBSERVER, type EngineObserver } from './engine.observer.js';
import { processors } from './processors.js';

const logger = new Logger('Runtime');

@Module({
  imports: [ConfigModule],
  providers: [
    {
      provide: Engine,
      inject: [CONFIG, { token: ENGINE_OBSERVER, optional: true }],
      useFactory: (config: Config, observer?: EngineObserver) => {
        const instances = config.INSTANCES ?? processors();
        const options = {
          executionProviders: config.EXECUTION_PROVIDERS,
          instances,
          threadsPerInstance:
            config.THREADS_PER_INSTANCE ?? Math.max(1, Math.floor(processors() / instances)),
          queueMaxRows: config.QUEUE_MAX_ROWS,
          say: (line: string) => logger.warn(line),
        };
        return new Engine(options, observer);
      },
    },
  ],
  exports: [Engine],
})
export class EngineModule {}
