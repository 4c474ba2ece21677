import { Module } from '@nestjs/common';
import { ConfigModule } from '../config/config.module.js';
import { EngineModule } from '../engine/engine.module.js';
import { RegistryModule } from '../registry/registry.module.js';
import { TensorKind } from './tensor.kind.js';

@Module({ imports: [ConfigModule, EngineModule, RegistryModule], providers: [TensorKind] })
export class TensorModule {}
