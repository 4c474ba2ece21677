import { Module } from '@nestjs/common';
import { ScoringModule } from '../../scoring/scoring.module.js';
import { FaqController } from './faq.controller.js';
import { ModelsController } from './models.controller.js';
import { VisionController } from './vision.controller.js';

@Module({
  imports: [ScoringModule],
  controllers: [FaqController, VisionController, ModelsController],
})
export class V1Module {}
