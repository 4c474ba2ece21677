import { Module } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { AuthModule } from './auth/auth.module.js';
import { ConfigModule } from './config/config.module.js';
import { FaqModule } from './faq/faq.module.js';
import { HealthModule } from './health/health.module.js';
import { BodyInterceptor } from './http/body.interceptor.js';
import { SchemaPipe } from './http/schema.pipe.js';
import { LimitsModule } from './limits/limits.module.js';
import { ErrorFilter } from './protocols/error.filter.js';
import { LegacyModule } from './protocols/legacy/legacy.module.js';
import { V1Module } from './protocols/v1/v1.module.js';
import { V2Module } from './protocols/v2/v2.module.js';
import { RegistryModule } from './registry/registry.module.js';
import { TensorModule } from './tensor/tensor.module.js';
import { VisionModule } from './vision/vision.module.js';

@Module({
  imports: [
    ConfigModule,
    RegistryModule,
    // Credentials, then quotas of those they name
    AuthModule,
    LimitsModule,
    // Kinds of models
    FaqModule,
    VisionModule,
    TensorModule,
    // Wires
    V1Module,
    V2Module,
    LegacyModule,
    HealthModule,
  ],
  // What every route passes through, after the guards of AuthModule and LimitsModule.
  providers: [
    { provide: APP_INTERCEPTOR, useClass: BodyInterceptor },
    { provide: APP_PIPE, useClass: SchemaPipe },
    { provide: APP_FILTER, useClass: ErrorFilter },
  ],
})
export class AppModule {}
