import { Module } from '@nestjs/common';
import { loadConfig } from './config.js';
import type { Config } from './config.schema.js';

export type { Config } from './config.schema.js';

/** Injects the frozen `Config`. */
export const CONFIG = Symbol('Config');

/** A tool's configuration, which it provides in a global module instead of the server's. */
export const TOOL_CONFIG = Symbol('ToolConfig');

@Module({
  providers: [
    {
      provide: CONFIG,
      inject: [{ token: TOOL_CONFIG, optional: true }],
      useFactory: (ofTool?: Config) => ofTool ?? loadConfig(),
    },
  ],
  exports: [CONFIG],
})
export class ConfigModule {}
