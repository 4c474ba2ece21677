import { Module } from '@nestjs/common';
import { ConfigModule } from '../../config/config.module.js';
import { HealthModule } from '../../health/health.module.js';
import { ScoringModule } from '../../scoring/scoring.module.js';
import { DescriptionController } from './description.controller.js';
import { InferController } from './infer.controller.js';
import { ModelController } from './models.controller.js';
import { ServerController } from './server.controller.js';
import { StatisticsController } from './statistics.controller.js';

/** The Open Inference Protocol v2 over REST with Triton's extensions. */
@Module({
  imports: [ConfigModule, HealthModule, ScoringModule],
  controllers: [
    ServerController,
    StatisticsController,
    ModelController,
    InferController,
    DescriptionController,
  ],
})
export class V2Module {}
