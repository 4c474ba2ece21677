import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { loadConfig } from './config/config.js';
import { serveDocs } from './docs/docs.js';
import { Readiness } from './health/readiness.js';
import { createHttpServer } from './http/fastify.factory.js';
import { servePlayground } from './playground/playground.js';
import { sendProblem } from './protocols/problem.js';
import { ModelRegistry } from './registry/model.registry.js';
import { JsonLogger } from './telemetry/logger.js';
import { logRequests } from './telemetry/request.log.js';

/** Starts the server; answers health routes at once and scores as soon as its models are proved. */
export async function serve(): Promise<void> {
  const config = loadConfig();
  const logger = new JsonLogger(config.LOG_LEVEL);
  const { adapter, completeRoutes } = createHttpServer(config, sendProblem);
  logRequests(adapter.getInstance(), logger);
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, adapter, {
    logger,
    bodyParser: false,
    abortOnError: false,
  });
  if (config.DOCS === 'on') serveDocs(app, adapter.getInstance());
  if (config.PLAYGROUND === 'on') servePlayground(adapter.getInstance(), config);
  await app.init();
  completeRoutes();
  await app.listen(config.PORT, config.HOST);
  logger.log(`listening on ${await app.getUrl()}`, 'Server');

  const stop = async () => {
    process.once('SIGTERM', () => process.exit(1)).once('SIGINT', () => process.exit(1));
    logger.log('stopping', 'Server');
    app.get(Readiness).drain();
    await sleep(config.SHUTDOWN_DELAY_MS);
    setTimeout(() => process.exit(1), config.SHUTDOWN_GRACE_MS).unref();
    await app.close();
    logger.log('stopped', 'Server');
  };
  process.once('SIGTERM', () => void stop()).once('SIGINT', () => void stop());

  await app.get(ModelRegistry).load();
}
