import { Controller, Get, HttpStatus, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../auth/access.decorator.js';
import { Readiness } from './readiness.js';

@ApiTags('Health')
@Controller()
@Public()
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Get('livez')
  @ApiOperation({ summary: 'Tell that the process answers' })
  live() {
    return { status: 'live' };
  }

  @Get('readyz')
  @ApiOperation({ summary: 'Tell whether requests can be scored: models loaded, proved and warm' })
  ready(@Res({ passthrough: true }) reply: FastifyReply) {
    const { ready, models, credentials } = this.readiness.report();
    void reply.status(ready ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE);
    if (!ready) void reply.header('retry-after', '1');
    return {
      status: ready ? 'ready' : 'not ready',
      models,
      credentials: credentials ? 'verifiable' : 'waiting for the identity provider',
    };
  }
}
