import { Module } from '@nestjs/common';
import { ConfigModule } from '../config/config.module.js';
import { ModelRegistry } from './model.registry.js';

@Module({
  imports: [ConfigModule],
  providers: [ModelRegistry],
  exports: [ModelRegistry],
})
export class RegistryModule {}
