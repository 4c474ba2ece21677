import { Module } from '@nestjs/common';
import { ScoringModule } from '../../scoring/scoring.module.js';
import { RepositoryController } from './repository.controller.js';

@Module({ imports: [ScoringModule], controllers: [RepositoryController] })
export class RepositoryModule {}
