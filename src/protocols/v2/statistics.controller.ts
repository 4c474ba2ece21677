import { Controller, Get, Req, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { RequireScope } from '../../auth/access.decorator.js';
import { ModelStatistics } from '../../scoring/model.statistics.js';
import type { ServedModel } from '../../scoring/scorer.js';
import { ScoringService } from '../../scoring/scoring.service.js';
import { choiceOf, MODEL_SCOPES, ModelGuard, scopesOf } from './model.guard.js';
import { statisticsOf } from './model.metadata.js';
import { modelStatistics } from './model.schema.js';
import { ofModel } from './models.controller.js';
import { PlainJson } from './plain.json.js';

const COUNTS = { status: 200, description: 'Counts.', standardSchema: modelStatistics } as const;

@ApiTags('Open Inference Protocol')
@Controller('v2/models')
@RequireScope(...MODEL_SCOPES)
@UseInterceptors(PlainJson)
export class StatisticsController {
  constructor(
    private readonly scoring: ScoringService,
    private readonly statistics: ModelStatistics,
  ) {}

  @Get('stats')
  @ApiOperation({ summary: 'Tell what the models have done since the start' })
  @ApiResponse({ ...COUNTS, description: 'Counts of every model that the credential may use.' })
  ofAll(@Req() { principal }: FastifyRequest) {
    const names = [...new Set(this.scoring.models().map(({ name }) => name))];
    const models = names.flatMap((name) => this.#versionsOf(name));
    return this.#tell(
      models.filter((model) => scopesOf(model).some((scope) => principal?.scopes.has(scope))),
    );
  }

  @Get(ofModel('/stats'))
  @UseGuards(ModelGuard)
  @ApiOperation({
    summary: 'Tell what a model has done since the start',
    description: 'Of each of its versions, or of the one in the path.',
  })
  @ApiResponse(COUNTS)
  ofOne(@Req() request: FastifyRequest) {
    const { model, version } = choiceOf(request);
    return this.#tell(
      version === undefined ? this.#versionsOf(model) : [this.scoring.served(model, version)],
    );
  }

  #versionsOf(name: string): ServedModel[] {
    return this.scoring.servedVersions(name).map((version) => this.scoring.served(name, version));
  }

  #tell(models: readonly ServedModel[]) {
    return {
      model_stats: models.map((model) => statisticsOf(model, this.statistics.of(model.identity))),
    };
  }
}
