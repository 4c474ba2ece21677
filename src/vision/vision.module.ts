import { Module } from '@nestjs/common';
import { ConfigModule } from '../config/config.module.js';
import { EngineModule } from '../engine/engine.module.js';
import { RegistryModule } from '../registry/registry.module.js';
import { VisionKind } from './vision.kind.js';

@Module({ imports: [ConfigModule, EngineModule, RegistryModule], providers: [VisionKind] })
export class VisionModule {}
