import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { loadConfig } from './config/config.js';
import { serveDocs } from './docs/docs.js';
import { Readiness } from './health/readiness.js';
import { createHttpServer } from './http/fastify.factory.js';
import { listenForRedirects, listeningPort } from './http/redirect.listener.js';
import { onStopSignal } from './http/stop.signals.js';
import { servePlayground } from './playground/playground.js';
import { bareProblem, sendProblem } from './protocols/problem.js';
import { ModelRegistry } from './registry/model.registry.js';
import { JsonLogger } from './telemetry/logger.js';
import { logProcessFaults } from './telemetry/process.faults.js';
import { logRequests } from './telemetry/request.log.js';

/** Starts the server; answers health routes at once and scores as soon as its models are proved. */
export async function serve(): Promise<void> {
  const config = loadConfig();
  const logger = new JsonLogger(config.LOG_LEVEL);
  logProcessFaults(logger);
  const answers = { sendProblem, bareProblem };
  const { adapter, connections, completeRoutes } = createHttpServer(config, answers);
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

  const port = listeningPort(app.getHttpServer());
  const redirects = await listenForRedirects(config, port, bareProblem);
  if (redirects) logger.log(`redirecting from port ${listeningPort(redirects)}`, 'Server');

  onStopSignal(async (signal) => {
    logger.log('stopping', 'Server');
    app.get(Readiness).drain();
    connections.drain();
    if (signal === 'SIGTERM') await sleep(config.SHUTDOWN_DELAY_MS);
    setTimeout(() => {
      logger.error('requests are cut off: SHUTDOWN_GRACE_MS is over', 'Server');
      process.exit(1);
    }, config.SHUTDOWN_GRACE_MS).unref();
    redirects?.close();
    await connections.close();
    await app.close();
    logger.log('stopped', 'Server');
  });

  await app.get(ModelRegistry).load();
}
