import { Controller, HttpCode, Post, Req, Res, UseGuards } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiHeader,
  ApiOperation,
  ApiProduces,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RequireScope } from '../../auth/access.decorator.js';
import { codingOf, encodeBody } from '../../http/body.encoding.js';
import { Accepts, AsBytes } from '../../http/body.guard.js';
import { RequestError } from '../../http/request.errors.js';
import { ScoringService } from '../../scoring/scoring.service.js';
import { scoreContext } from '../score.context.js';
import { readRequest, writeResponse } from './infer.codec.js';
import { faceOf } from './infer.request.js';
import { inferRequest, inferResponse } from './infer.schema.js';
import { choiceOf, MODEL_SCOPES, ModelGuard } from './model.guard.js';
import { ofModel } from './models.controller.js';
import { chooseOutputs } from './output.choice.js';
import type { WrittenAnswer } from './response.writer.js';

const JSON_LENGTH = 'inference-header-content-length';
const BINARY_TYPE = 'application/octet-stream';

// @nestjs/swagger heeds `standardSchema` here too, but its type does not say so.
const JSON_BODY = { required: true, standardSchema: inferRequest };
const ANSWER = {
  status: 200,
  description: 'The outputs; as bytes after the JSON where the request asks for that.',
  standardSchema: inferResponse,
  headers: {
    'Inference-Header-Content-Length': {
      description: 'Bytes of the body that are JSON, where binary data follows.',
      schema: { type: 'integer' },
    },
  },
} as const;

@ApiTags('Open Inference Protocol')
@Controller('v2/models')
@RequireScope(...MODEL_SCOPES)
@UseGuards(ModelGuard)
export class InferController {
  constructor(private readonly scoring: ScoringService) {}

  @Post(ofModel('/infer'))
  @HttpCode(200)
  @Accepts('application/json', BINARY_TYPE)
  @AsBytes()
  @ApiOperation({
    summary: 'Run tensors through a model',
    description:
      'Tensors come as JSON, or as bytes after the JSON whose length `Inference-Header-Content-Length` tells; with a length of 0 the whole body is the one input. Outputs come back as they are asked for. docs/protocol-v2.md has the details.',
  })
  @ApiConsumes('application/json', BINARY_TYPE)
  @ApiHeader({
    name: 'Inference-Header-Content-Length',
    required: false,
    description: 'Bytes of the body that are JSON, where binary data follows.',
    schema: { type: 'integer', minimum: 0 },
  })
  @ApiBody(JSON_BODY)
  @ApiProduces('application/json', BINARY_TYPE)
  @ApiResponse(ANSWER)
  async infer(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer> {
    const choice = choiceOf(request);
    const model = this.scoring.served(choice.model, choice.version);
    const body = { bytes: request.body as Buffer, jsonBytes: jsonBytesOf(request) };
    const {
      id,
      inputs,
      outputs: wanted,
      timeoutMs,
    } = await timed(request, () => readRequest(body, faceOf(model)));
    const context = scoreContext(request, { model: choice.model, version: model.identity.version });
    const limits = [context.timeoutMs, timeoutMs].filter((limit) => limit !== undefined);
    const tensors = await this.scoring.infer(inputs, {
      ...context,
      timeoutMs: limits.length === 0 ? undefined : Math.min(...limits),
    });
    const outputs = chooseOutputs(tensors, wanted, model.labels);
    return send(await writeResponse({ model: model.identity, id, outputs }), request, reply);
  }
}

async function timed<T>({ context }: FastifyRequest, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await work();
  context.timings.decode = (context.timings.decode ?? 0) + performance.now() - started;
  return result;
}

function jsonBytesOf({ headers }: FastifyRequest): number | undefined {
  const header = headers[JSON_LENGTH];
  if (header === undefined) return undefined;
  if (typeof header === 'string' && /^\d{1,15}$/.test(header)) return Number(header);
  const text = 'Inference-Header-Content-Length is not a whole number of bytes.';
  throw new RequestError('invalid-query', text);
}

async function send(
  { bytes, jsonBytes }: WrittenAnswer,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Buffer> {
  const isBinary = jsonBytes !== undefined;
  void reply.header('content-type', isBinary ? BINARY_TYPE : 'application/json');
  if (isBinary) void reply.header(JSON_LENGTH, String(jsonBytes));
  const accepted = request.headers['accept-encoding'];
  const coding = codingOf(accepted?.toString(), bytes.byteLength);
  void reply.header('vary', 'accept-encoding');
  if (coding === undefined) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  void reply.header('content-encoding', coding);
  return encodeBody(bytes, coding);
}
