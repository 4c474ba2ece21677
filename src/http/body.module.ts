import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ConfigModule } from '../config/config.module.js';
import { BodyGuard } from './body.guard.js';

/** Stands behind the modules whose guards let callers in. */
@Module({
  imports: [ConfigModule],
  providers: [{ provide: APP_GUARD, useClass: BodyGuard }],
})
export class BodyModule {}
