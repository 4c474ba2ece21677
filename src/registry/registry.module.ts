import { Module } from '@nestjs/common';
import { ConfigModule } from '../config/config.module.js';
import { ModelRegistry } from './model.registry.js';
import { ModelWatcher } from './model.watcher.js';

@Module({
  imports: [ConfigModule],
  providers: [ModelRegistry, ModelWatcher],
  exports: [ModelRegistry, ModelWatcher],
})
export class RegistryModule {}
