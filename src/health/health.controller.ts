import { Controller, Get, HttpStatus, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Public } from '../auth/access.decorator.js';
import { Readiness } from './readiness.js';

const liveReport = z.object({ status: z.literal('live') }).meta({ id: 'LiveReport' });

const readyReport = z
  .object({
    status: z.enum(['ready', 'not ready']),
    models: z.array(z.object({ name: z.string(), version: z.int(), state: z.string() })),
    credentials: z.enum(['verifiable', 'waiting for the identity provider']),
  })
  .meta({ id: 'ReadyReport' });

@ApiTags('Health')
@Controller()
@Public()
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Get('livez')
  @ApiOperation({ summary: 'Tell that the process answers' })
  @ApiResponse({ status: 200, description: 'It does.', standardSchema: liveReport })
  live() {
    return { status: 'live' };
  }

  @Get('readyz')
  @ApiOperation({ summary: 'Tell whether requests can be scored: models loaded, proved and warm' })
  @ApiResponse({ status: 200, description: 'Ready.', standardSchema: readyReport })
  @ApiResponse({ status: 503, description: 'Not ready yet.', standardSchema: readyReport })
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
