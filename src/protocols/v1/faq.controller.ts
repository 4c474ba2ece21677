import { Body, Controller, HttpCode, Post, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { RequireScope } from '../../auth/access.decorator.js';
import { Accepts } from '../../http/body.guard.js';
import { ScoringService } from '../../scoring/scoring.service.js';
import { choiceQuery, scoreContext } from '../score.context.js';
import {
  type MatchRequest,
  matchRequest,
  type MatchResponse,
  matchResponse,
} from './faq.schema.js';

@ApiTags('FAQ matching')
@Controller('v1/faq')
export class FaqController {
  constructor(private readonly scoring: ScoringService) {}

  @Post('match')
  @HttpCode(200)
  @RequireScope('faq.score')
  @Accepts('application/json')
  @ApiOperation({
    summary: 'Match a question with the frequently asked questions',
    description:
      'Answers the likeliest matches with their probabilities. `answered` is false when nothing in the list is near enough; the matches are then the least distant ones.',
  })
  @ApiResponse({ status: 200, description: 'Matches, best first.', standardSchema: matchResponse })
  async match(
    @Body({ schema: matchRequest }) body: MatchRequest,
    @Query({ schema: choiceQuery }) choice: z.output<typeof choiceQuery>,
    @Req() request: FastifyRequest,
  ): Promise<MatchResponse> {
    const { model, result } = await this.scoring.score('faq', body, scoreContext(request, choice));
    return { model, ...result, matches: [...result.matches] };
  }
}
