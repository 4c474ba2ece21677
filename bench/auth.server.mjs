/**
 * The server of bench/auth.mjs: the product's own guard in front of one trivial handler, once public
 * and once behind a credential. Tells its parent the processor time it has used.
 */
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Public, RequireScope } from '../dist/auth/access.decorator.js';
import { AuthModule } from '../dist/auth/auth.module.js';
import { CredentialReadiness } from '../dist/auth/credential.readiness.js';
import { ErrorFilter } from '../dist/protocols/error.filter.js';

class TrivialController {
  open() {
    return { status: 'ok' };
  }

  closed() {
    return { status: 'ok' };
  }
}

function decorate(method, path, access) {
  const descriptor = Object.getOwnPropertyDescriptor(TrivialController.prototype, method);
  for (const decorator of [Get(path), access]) {
    decorator(TrivialController.prototype, method, descriptor);
  }
}

decorate('open', 'open', Public());
decorate('closed', 'closed', RequireScope('faq.score'));
Controller()(TrivialController);

class BenchModule {}
Module({ imports: [AuthModule], controllers: [TrivialController] })(BenchModule);

const app = await NestFactory.create(BenchModule, new FastifyAdapter(), { logger: false });
app.useGlobalFilters(new ErrorFilter());
await app.listen(0, '127.0.0.1');
while (!app.get(CredentialReadiness).ready) await new Promise((resolve) => setTimeout(resolve, 20));
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send({ microseconds: user + system });
});
process.send({ url: await app.getUrl() });
