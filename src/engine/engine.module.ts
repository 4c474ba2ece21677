import { Module } from '@nestjs/common';
import { CONFIG, type Config, ConfigModule } from '../config/config.module.js';
import { Engine } from './engine.js';
import { processors } from './processors.js';

@Module({
  imports: [ConfigModule],
  providers: [
    {
      provide: Engine,
      inject: [CONFIG],
      useFactory: (config: Config) => {
        const instances = config.INSTANCES ?? processors();
        return new Engine({
          executionProviders: config.EXECUTION_PROVIDERS,
          instances,
          threadsPerInstance:
            config.THREADS_PER_INSTANCE ?? Math.max(1, Math.floor(processors() / instances)),
          queueMaxRows: config.QUEUE_MAX_ROWS,
        });
      },
    },
  ],
  exports: [Engine],
})
export class EngineModule {}
