import { Module } from '@nestjs/common';
import { ScoringModule } from '../../scoring/scoring.module.js';
import { InfoController } from './info.controller.js';
import { ScoreController } from './score.controller.js';

@Module({ imports: [ScoringModule], controllers: [InfoController, ScoreController] })
export class LegacyModule {}
