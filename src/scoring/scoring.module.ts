import { Module } from '@nestjs/common';
import { ConfigModule } from '../config/config.module.js';
import { RegistryModule } from '../registry/registry.module.js';
import { ModelStatistics } from './model.statistics.js';
import { ScorerCatalog } from './scorer.catalog.js';
import { ScoringService } from './scoring.service.js';

@Module({
  imports: [ConfigModule, RegistryModule],
  providers: [ScorerCatalog, ModelStatistics, ScoringService],
  exports: [ScoringService, ModelStatistics],
})
export class ScoringModule {}
