import { Controller, Get, HttpStatus, Res, UseInterceptors } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public, RequireScope } from '../../auth/access.decorator.js';
import { runtimeVersion } from '../../engine/runtime.version.js';
import { Readiness } from '../../health/readiness.js';
import { MODEL_SCOPES } from './model.guard.js';
import { liveServer, readyServer, serverMetadata } from './model.schema.js';
import { PlainJson } from './plain.json.js';

const EXTENSIONS = [
  'binary_tensor_data',
  'classification',
  'model_configuration',
  'model_repository',
  'schedule_policy',
  'statistics',
];

@ApiTags('Open Inference Protocol')
@Controller('v2')
@UseInterceptors(PlainJson)
export class ServerController {
  constructor(private readonly readiness: Readiness) {}

  @Get()
  @RequireScope(...MODEL_SCOPES)
  @ApiOperation({ summary: 'Tell what the server is and which extensions it speaks' })
  @ApiResponse({ status: 200, description: 'The server.', standardSchema: serverMetadata })
  metadata() {
    return { name: 'nestor', version: runtimeVersion, extensions: EXTENSIONS };
  }

  @Get('health/live')
  @Public()
  @ApiOperation({ summary: 'Tell that the server answers' })
  @ApiResponse({ status: 200, description: 'It does.', standardSchema: liveServer })
  live() {
    return { live: true };
  }

  @Get('health/ready')
  @Public()
  @ApiOperation({ summary: 'Tell whether every model can be asked' })
  @ApiResponse({ status: 200, description: 'They can.', standardSchema: readyServer })
  @ApiResponse({ status: 503, description: 'Not yet.', standardSchema: readyServer })
  ready(@Res({ passthrough: true }) reply: FastifyReply) {
    const { ready } = this.readiness.report();
    void reply.status(ready ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE);
    if (!ready) void reply.header('retry-after', '1');
    return { ready };
  }
}
