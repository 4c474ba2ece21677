import 'reflect-metadata';
import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { audit } from './audit/audit.js';
import { loadConfig } from './config/config.js';
import { setVariables } from './config/config.summary.js';
import { serveDocs } from './docs/docs.js';
import { Readiness } from './health/readiness.js';
import { createHttpServer } from './http/fastify.factory.js';
import { listenForRedirects, listeningPort } from './http/redirect.listener.js';
import { onStopSignal, type StopSignal } from './http/stop.signals.js';
import { servePlayground } from './playground/playground.js';
import { bareProblem, sendProblem } from './protocols/problem.js';
import { ModelRegistry } from './registry/model.registry.js';
import { ModelWatcher } from './registry/model.watcher.js';
import { JsonLogger } from './telemetry/logger.js';
import { listenForScrapes } from './telemetry/metrics/management.listener.js';
import { measureCertificate, measureProcess } from './telemetry/metrics/process.metrics.js';
import { logProcessFaults } from './telemetry/process.faults.js';
import { logRequests } from './telemetry/request.log.js';
import { startTelemetry } from './telemetry/telemetry.js';
import { watchRequests } from './telemetry/watch.requests.js';

/** Starts the server; answers health routes at once and scores as soon as its models are proved. */
export async function serve(): Promise<void> {
  // Until the listener is open there is nothing to drain.
  let stop: (signal: StopSignal) => Promise<void> = async () => undefined;
  onStopSignal((signal) => stop(signal));
  // V8 counts the bytes of images towards the limit of its heap: with the usual limit it marks the
  // whole heap again every 25 images, a third of this process's time (docs/decisions/0009-decoding.md).
  setFlagsFromString('--heap-growing-percent=200');
  const config = loadConfig();
  const logger = new JsonLogger(config.LOG_LEVEL);
  const telemetry = await startTelemetry(config, logger);
  logProcessFaults(logger);
  const answers = { sendProblem, bareProblem };
  const { adapter, connections, certificateEnd, completeRoutes } = createHttpServer(
    config,
    answers,
  );
  await watchRequests(adapter.getInstance(), config, telemetry);
  logRequests(adapter.getInstance(), logger);
  measureProcess();
  measureCertificate(certificateEnd);
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, adapter, {
    logger,
    bodyParser: false,
    abortOnError: false,
  });
  auditStart();
  if (config.DOCS === 'on') serveDocs(app, adapter.getInstance());
  if (config.PLAYGROUND === 'on') servePlayground(adapter.getInstance(), config);
  await app.init();
  completeRoutes();

  let redirects: Server | undefined;
  let management: Server | undefined;
  stop = async (signal) => {
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
    management?.close();
    await telemetry.shutdown();
    logger.log('stopped', 'Server');
  };

  await app.listen(config.PORT, config.HOST);
  logger.log(`listening on ${await app.getUrl()}`, 'Server');
  const port = listeningPort(app.getHttpServer());
  redirects = await listenForRedirects(config, port, bareProblem);
  if (redirects) logger.log(`redirecting from port ${listeningPort(redirects)}`, 'Server');
  management = await listenForScrapes(config, telemetry.prometheus);
  if (management) logger.log(`metrics on port ${listeningPort(management)}`, 'Server');

  await app.get(ModelRegistry).load();
  await app.get(ModelWatcher).watch();
}

function auditStart(): void {
  audit(
    {
      audit: 'server.start',
      target: 'configuration',
      principal: 'system:server',
      result: 'done',
    },
    `started with ${setVariables().join(' ')}`,
  );
}
