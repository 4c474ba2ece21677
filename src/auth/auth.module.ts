import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ConfigModule } from '../config/config.module.js';
import { FailedAttempts } from '../limits/failed.attempts.js';
import { AccessGuard } from './access.guard.js';
import { ApiKeyVerifier } from './api-key.verifier.js';

@Module({
  imports: [ConfigModule],
  providers: [ApiKeyVerifier, FailedAttempts, { provide: APP_GUARD, useClass: AccessGuard }],
})
export class AuthModule {}
