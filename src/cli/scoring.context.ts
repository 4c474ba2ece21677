import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ConfigModule, TOOL_CONFIG } from '../config/config.module.js';
import { loadScoringConfig, type ScoringOverrides } from '../config/scoring.config.js';
import { EngineModule } from '../engine/engine.module.js';
import { FaqModule } from '../faq/faq.module.js';
import { ModelRegistry } from '../registry/model.registry.js';
import { RegistryModule } from '../registry/registry.module.js';
import { ScoringModule } from '../scoring/scoring.module.js';
import { TensorModule } from '../tensor/tensor.module.js';
import { VisionModule } from '../vision/vision.module.js';

class ScoringContext {}

/**
 * The server's scoring without the server: the same registry, kinds and engine, nothing logged,
 * and no variable of serving demanded. Its `close()` ends the models' processes.
 * @param options.load false leaves the models on the disk, for work with the engine alone
 * @throws ConfigError with one line for each bad variable
 */
export async function openScoring(
  overrides: ScoringOverrides = {},
  { load = true } = {},
): Promise<INestApplicationContext> {
  const config = loadScoringConfig(overrides);
  const root = {
    module: ScoringContext,
    // ConfigModule finds the tool's configuration only in a global module.
    global: true,
    imports: [
      ConfigModule,
      RegistryModule,
      EngineModule,
      ScoringModule,
      FaqModule,
      VisionModule,
      TensorModule,
    ],
    providers: [{ provide: TOOL_CONFIG, useValue: config }],
    exports: [TOOL_CONFIG],
  };
  const context = await NestFactory.createApplicationContext(root, {
    logger: false,
    abortOnError: false,
  });
  try {
    if (load) await context.get(ModelRegistry).load();
  } catch (error) {
    await context.close();
    throw error;
  }
  return context;
}
