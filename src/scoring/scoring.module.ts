import { Module } from '@nestjs/common';
import { ConfigModule } from '../config/config.module.js';
import { RegistryModule } from '../registry/registry.module.js';
import { ModelStatistics } from './model.statistics.js';
import { ModelRepository } from './model.repository.js';
import { ScorerCatalog } from './scorer.catalog.js';
import { ScoringService } from './scoring.service.js';

@Module({
  imports: [ConfigModule, RegistryModule],
  providers: [ModelRepository, ModelStatistics, ScorerCatalog, ScoringService],
  exports: [ModelRepository, ModelStatistics, ScoringService],
})
export class ScoringModule {}
