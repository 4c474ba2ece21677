import { Controller, Get, Req, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { RequireScope } from '../../auth/access.decorator.js';
import { ScoringService } from '../../scoring/scoring.service.js';
import { describeModel } from './model.description.js';
import { choiceOf, MODEL_SCOPES, ModelGuard } from './model.guard.js';
import { ofModel } from './models.controller.js';
import { PlainJson } from './plain.json.js';

const description = z.looseObject({ openapi: z.string() }).meta({ id: 'ModelDescription' });

/** What a model's page at `/v2/models/<model>/docs` shows; the page itself knows no model. */
@ApiTags('Open Inference Protocol')
@Controller('v2/models')
@RequireScope(...MODEL_SCOPES)
@UseGuards(ModelGuard)
@UseInterceptors(PlainJson)
export class DescriptionController {
  constructor(private readonly scoring: ScoringService) {}

  @Get(ofModel('/docs/openapi.json'))
  @ApiOperation({ summary: 'Describe the routes of one model, with an example that it answers' })
  @ApiResponse({ status: 200, description: 'OpenAPI 3.1.', standardSchema: description })
  describe(@Req() request: FastifyRequest) {
    const { model, version } = choiceOf(request);
    const base = `/v2/models/${encodeURIComponent(model)}`;
    const served = this.scoring.served(model, version);
    return describeModel(served, version === undefined ? base : `${base}/versions/${version}`);
  }
}
