import { Controller, Get, HttpStatus, Req, Res, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RequireScope } from '../../auth/access.decorator.js';
import { ModelStatistics } from '../../scoring/model.statistics.js';
import { ScoringService } from '../../scoring/scoring.service.js';
import { choiceOf, MODEL_SCOPES, ModelGuard } from './model.guard.js';
import { configOf, metadataOf, statisticsOf } from './model.metadata.js';
import { modelConfig, modelMetadata, modelStatistics, readyModel } from './model.schema.js';
import { PlainJson } from './plain.json.js';

/** The paths of a model and of one of its versions. */
export const ofModel = (rest = '') => [`:model${rest}`, `:model/versions/:version${rest}`];

@ApiTags('Open Inference Protocol')
@Controller('v2/models')
@RequireScope(...MODEL_SCOPES)
@UseGuards(ModelGuard)
@UseInterceptors(PlainJson)
export class ModelController {
  constructor(
    private readonly scoring: ScoringService,
    private readonly statistics: ModelStatistics,
  ) {}

  @Get(ofModel())
  @ApiOperation({ summary: 'Tell the inputs, outputs and versions of a model' })
  @ApiResponse({ status: 200, description: 'The model.', standardSchema: modelMetadata })
  metadata(@Req() request: FastifyRequest) {
    const model = this.#served(request);
    return metadataOf(model, this.scoring.servedVersions(model.identity.name));
  }

  @Get(ofModel('/ready'))
  @ApiOperation({ summary: 'Tell whether a model can be asked' })
  @ApiResponse({ status: 200, description: 'It can.', standardSchema: readyModel })
  @ApiResponse({ status: 503, description: 'Its instances restart.', standardSchema: readyModel })
  ready(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    const { identity, healthy } = this.#served(request);
    void reply.status(healthy ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE);
    if (!healthy) void reply.header('retry-after', '1');
    return { name: identity.name, ready: healthy };
  }

  @Get(ofModel('/config'))
  @ApiOperation({ summary: "Tell a model's configuration as Triton does" })
  @ApiResponse({ status: 200, description: 'The model.', standardSchema: modelConfig })
  config(@Req() request: FastifyRequest) {
    return configOf(this.#served(request));
  }

  @Get(ofModel('/stats'))
  @ApiOperation({
    summary: 'Tell what a model has done since the start',
    description: 'Of the version that answers, or of the one in the path.',
  })
  @ApiResponse({ status: 200, description: 'Its counts.', standardSchema: modelStatistics })
  stats(@Req() request: FastifyRequest) {
    const model = this.#served(request);
    return { model_stats: [statisticsOf(model, this.statistics.of(model.identity))] };
  }

  #served(request: FastifyRequest) {
    const { model, version } = choiceOf(request);
    return this.scoring.served(model, version);
  }
}
