import { Controller, HttpCode, Post, Query, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { RequireScope } from '../../auth/access.decorator.js';
import { Accepts } from '../../http/body.guard.js';
import { ScoringService } from '../../scoring/scoring.service.js';
import { scoreContext } from '../score.context.js';
import { FORM_TYPE, IMAGE_TYPES, imageOf } from './image.body.js';
import {
  classifyJson,
  type ClassifyQuery,
  classifyQuery,
  type ClassifyResponse,
  classifyResponse,
} from './vision.schema.js';

// @nestjs/swagger heeds `standardSchema` here too, but its type does not say so.
const JSON_BODY = { required: true, standardSchema: classifyJson };

@ApiTags('Image classification')
@Controller('v1/vision')
export class VisionController {
  constructor(private readonly scoring: ScoringService) {}

  @Post('classify')
  @HttpCode(200)
  @RequireScope('vision.score')
  @Accepts('application/json', FORM_TYPE, ...IMAGE_TYPES)
  @ApiOperation({
    summary: 'Classify an image into the 1000 classes of ImageNet',
    description:
      'Takes the image as the body itself, as the form field `image`, or in base64 as JSON. It is turned upright by its EXIF orientation.',
  })
  @ApiConsumes('application/json', FORM_TYPE, ...IMAGE_TYPES)
  @ApiBody(JSON_BODY)
  @ApiResponse({
    status: 200,
    description: 'Classes, best first.',
    standardSchema: classifyResponse,
  })
  async classify(
    @Query({ schema: classifyQuery }) query: ClassifyQuery,
    @Req() request: FastifyRequest,
  ): Promise<ClassifyResponse> {
    const { image, top = query.top } = await imageOf(request);
    const scored = await this.scoring.score('vision', { image, top }, scoreContext(request, query));
    return { model: scored.model, predictions: [...scored.result.predictions] };
  }
}
