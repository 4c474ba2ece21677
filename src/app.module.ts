import { Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { AuthModule } from './auth/auth.module.js';
import { ConfigModule } from './config/config.module.js';
import { FaqModule } from './faq/faq.module.js';
import { HealthModule } from './health/health.module.js';
import { BodyModule } from './http/body.module.js';
import { SchemaPipe } from './http/schema.pipe.js';
import { LimitsModule } from './limits/limits.module.js';
import { ErrorFilter } from './protocols/error.filter.js';
import { LegacyModule } from './protocols/legacy/legacy.module.js';
import { V1Module } from './protocols/v1/v1.module.js';
import { V2Module } from './protocols/v2/v2.module.js';
import { RepositoryModule } from './protocols/v2/repository.module.js';
import { RegistryModule } from './registry/registry.module.js';
import { TensorModule } from './tensor/tensor.module.js';
import { TelemetryModule } from './telemetry/telemetry.module.js';
import { VisionModule } from './vision/vision.module.js';

@Module({
  imports: [
    ConfigModule,
    TelemetryModule,
    RegistryModule,
    // Guards in this order: credentials, quotas of those they name, the body
    AuthModule,
    LimitsModule,
    BodyModule,
    // Kinds of models
    FaqModule,
    VisionModule,
    TensorModule,
    // Wires
    V1Module,
    V2Module,
    LegacyModule,
    RepositoryModule,
    HealthModule,
  ],
  // What every route passes through, after the guards.
  providers: [
    { provide: APP_PIPE, useClass: SchemaPipe },
    { provide: APP_FILTER, useClass: ErrorFilter },
  ],
})
export class AppModule {}
