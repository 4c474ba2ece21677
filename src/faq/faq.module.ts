import { Module } from '@nestjs/common';
import { EngineModule } from '../engine/engine.module.js';
import { RegistryModule } from '../registry/registry.module.js';
import { FaqKind } from './faq.kind.js';

@Module({ imports: [EngineModule, RegistryModule], providers: [FaqKind] })
export class FaqModule {}
