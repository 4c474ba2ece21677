import { Body, Controller, HttpCode, Param, Post, Req, UseInterceptors } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { RequireScope } from '../../auth/access.decorator.js';
import { OptionalJson } from '../../http/body.guard.js';
import { type Asker, ModelRepository } from '../../scoring/model.repository.js';
import { PlainJson } from './plain.json.js';
import { toIndexResponse } from './repository.mapper.js';
import {
  emptyResponse,
  indexRequest,
  indexResponse,
  loadRequest,
  unloadRequest,
} from './repository.schema.js';

/** The model repository extension of the Open Inference Protocol. */
@ApiTags('Model repository')
@Controller('v2/repository')
@RequireScope('models.manage')
@UseInterceptors(PlainJson)
export class RepositoryController {
  constructor(private readonly repository: ModelRepository) {}

  @Post('index')
  @HttpCode(200)
  @OptionalJson()
  @ApiOperation({
    summary: 'List every version in the models folder, with its state and what is wrong with it',
  })
  @ApiResponse({ status: 200, description: 'Every version.', standardSchema: indexResponse })
  async index(@Body({ schema: indexRequest }) { ready }: z.output<typeof indexRequest>) {
    return toIndexResponse(await this.repository.index(), ready);
  }

  @Post('models/:model/load')
  @HttpCode(200)
  @OptionalJson()
  @ApiOperation({
    summary: 'Load all versions of a model anew, while those of before go on answering',
    description:
      'Answers when the highest version has proved itself. One that is refused changes nothing.',
  })
  @ApiResponse({ status: 200, description: 'It answers.', standardSchema: emptyResponse })
  async load(
    @Param('model') name: string,
    @Body({ schema: loadRequest }) _checked: z.output<typeof loadRequest>,
    @Req() request: FastifyRequest,
  ) {
    await this.repository.load(name, askerOf(request));
    return {};
  }

  @Post('models/:model/unload')
  @HttpCode(200)
  @OptionalJson()
  @ApiOperation({
    summary: 'Take a model out of service until it is loaded again',
    description: 'Answers when the last request that it had accepted has its answer.',
  })
  @ApiResponse({ status: 200, description: 'It has ended.', standardSchema: emptyResponse })
  async unload(
    @Param('model') name: string,
    @Body({ schema: unloadRequest }) _checked: z.output<typeof unloadRequest>,
    @Req() request: FastifyRequest,
  ) {
    await this.repository.unload(name, askerOf(request));
    return {};
  }
}

function askerOf({ id, principal }: FastifyRequest): Asker {
  const who = principal === undefined ? 'unknown' : `${principal.kind}:${principal.id}`;
  return { principal: who, requestId: id };
}
