import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CONFIG, type Config, ConfigModule } from '../config/config.module.js';
import { FailedAttempts } from '../limits/failed.attempts.js';
import { AccessGuard } from './access.guard.js';
import { ApiKeyVerifier } from './api-key.verifier.js';
import { schemesOf } from './challenges.js';
import { CredentialReadiness } from './credential.readiness.js';
import { ENTRA } from './entra.access.js';

@Module({
  imports: [ConfigModule],
  providers: [
    ApiKeyVerifier,
    FailedAttempts,
    CredentialReadiness,
    {
      provide: ENTRA,
      inject: [CONFIG, FailedAttempts],
      // An archived library stays out of processes that do not need it.
      useFactory: async (config: Config, failures: FailedAttempts) =>
        schemesOf(config).tokens
          ? (await import('./entra/entra.guard.js')).createEntraGuard(config, failures)
          : undefined,
    },
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
  exports: [CredentialReadiness],
})
export class AuthModule {}
