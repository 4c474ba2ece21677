import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ConfigModule } from '../config/config.module.js';
import { QuotaGuard } from './quota.guard.js';
import { Quotas } from './quotas.js';

/** Import it after AuthModule: guards run in the order of their modules. */
@Module({
  imports: [ConfigModule],
  providers: [Quotas, { provide: APP_GUARD, useClass: QuotaGuard }],
})
export class LimitsModule {}
