import { Module } from '@nestjs/common';
import { RegistryModule } from '../registry/registry.module.js';
import { HealthController } from './health.controller.js';
import { Readiness } from './readiness.js';

@Module({ imports: [RegistryModule], controllers: [HealthController], providers: [Readiness] })
export class HealthModule {}
