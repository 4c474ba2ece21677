import { Body, Controller, HttpCode, Post, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { RequireScope } from '../../auth/access.decorator.js';
import { requireScope } from '../../auth/access.guard.js';
import { Accepts } from '../../http/body.guard.js';
import { RequestError } from '../../http/request.errors.js';
import { ScoringService } from '../../scoring/scoring.service.js';
import { decodeBase64, type LiftedBytes } from '../../http/base64.js';
import { choiceQuery, scoreContext } from '../score.context.js';
import { MAX_QUESTION } from '../v1/faq.schema.js';
import { faqResult, kerasResult, visionResult } from './legacy.mapper.js';
import {
  imagesInText,
  type NamedImages,
  type ScoreRequest,
  scoreRequest,
  scoreResponse,
} from './legacy.schema.js';

type Choice = z.output<typeof choiceQuery>;
const TOP = 3;
const RESULT = 'The rows and the time taken, in the form that the client of `input` knows.';

/** The routes of the reference services, for their clients to work unchanged. */
@ApiTags('Reference-compatible')
@Controller()
export class ScoreController {
  constructor(private readonly scoring: ScoringService) {}

  @Post('score')
  @HttpCode(200)
  @RequireScope('faq.score', 'vision.score')
  @Accepts('application/json')
  @ApiOperation({
    summary: 'Score a question or named images, by the form of `input`',
    description:
      '`input` is a question, an object of named images in base64, or such an object written as a text (the Keras client).',
  })
  @ApiResponse({ status: 200, description: RESULT, standardSchema: scoreResponse })
  score(
    @Body({ schema: scoreRequest }) { input }: ScoreRequest,
    @Query({ schema: choiceQuery }) choice: Choice,
    @Req() request: FastifyRequest,
  ) {
    const isQuestion = typeof input === 'string' && imagesInText(input) === undefined;
    return isQuestion ? this.#faq(input, choice, request) : this.#vision(input, choice, request);
  }

  @Post('faq/score')
  @HttpCode(200)
  @RequireScope('faq.score')
  @Accepts('application/json')
  @ApiOperation({ summary: 'Score a question' })
  @ApiResponse({ status: 200, description: RESULT, standardSchema: scoreResponse })
  scoreFaq(
    @Body({ schema: scoreRequest }) { input }: ScoreRequest,
    @Query({ schema: choiceQuery }) choice: Choice,
    @Req() request: FastifyRequest,
  ) {
    return this.#faq(input, choice, request);
  }

  @Post('vision/score')
  @HttpCode(200)
  @RequireScope('vision.score')
  @Accepts('application/json')
  @ApiOperation({ summary: 'Score named images' })
  @ApiResponse({ status: 200, description: RESULT, standardSchema: scoreResponse })
  scoreVision(
    @Body({ schema: scoreRequest }) { input }: ScoreRequest,
    @Query({ schema: choiceQuery }) choice: Choice,
    @Req() request: FastifyRequest,
  ) {
    return this.#vision(input, choice, request);
  }

  async #faq(input: ScoreRequest['input'], choice: Choice, request: FastifyRequest) {
    requireScope(request.principal, 'faq.score');
    if (typeof input !== 'string') throw wrongInput('a question as text');
    if (input.length > MAX_QUESTION) {
      throw wrongInput(`a question of at most ${MAX_QUESTION} characters`);
    }
    const context = scoreContext(request, choice);
    const { result } = await this.scoring.score('faq', { question: input }, context);
    return faqResult(result, performance.now() - context.arrivedAt);
  }

  async #vision(input: ScoreRequest['input'], choice: Choice, request: FastifyRequest) {
    requireScope(request.principal, 'vision.score');
    const named = typeof input === 'string' ? imagesInText(input) : input;
    if (named === undefined) throw wrongInput('an object of named images in base64');
    const context = scoreContext(request, choice);
    const scored = await Promise.all(
      decodeAll(named, request.context.lifted).map(async ([name, image]) => {
        const { result } = await this.scoring.score('vision', { image, top: TOP }, context);
        return [name, result.predictions] as const;
      }),
    );
    const ms = performance.now() - context.arrivedAt;
    return typeof input === 'string' ? kerasResult(scored, ms) : visionResult(scored, ms);
  }
}

function decodeAll(named: NamedImages, lifted: LiftedBytes | undefined): [string, Buffer][] {
  return Object.entries(named).map(([name, text], index) => [
    name,
    decodeBase64(text, `/input/${index}`, lifted),
  ]);
}

function wrongInput(expected: string): RequestError {
  const message = `expected ${expected}`;
  const text = `The request is not as expected at /input: ${message}.`;
  return new RequestError('invalid-body', text, [{ pointer: '/input', message }]);
}
