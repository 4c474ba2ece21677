import { Module } from '@nestjs/common';
import { loadConfig } from './config.js';

export type { Config } from './config.schema.js';

/** Injects the frozen `Config`. */
export const CONFIG = Symbol('Config');

@Module({
  providers: [{ provide: CONFIG, useFactory: () => loadConfig() }],
  exports: [CONFIG],
})
export class ConfigModule {}
