import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { AnyCredential } from '../../auth/access.decorator.js';
import { ScoringService } from '../../scoring/scoring.service.js';

export const modelsResponse = z
  .object({
    models: z.array(
      z.object({
        name: z.string(),
        version: z.int(),
        state: z.enum(['ready', 'refused']),
        serving: z.boolean().describe('Whether it answers when no version is chosen.'),
        kind: z.string().optional(),
        title: z.string().optional(),
        precision: z.string().optional(),
        licence: z.string().optional().describe('SPDX expression.'),
        source: z.string().optional(),
        files: z
          .array(z.object({ path: z.string(), sha256: z.string(), bytes: z.int() }))
          .optional(),
        accuracy: z
          .array(
            z.object({
              metric: z.string(),
              value: z.number(),
              dataset: z.string(),
              note: z.string().optional(),
            }),
          )
          .optional(),
        providers: z
          .array(z.string())
          .readonly()
          .optional()
          .describe('ONNX Runtime execution providers that its instances run on.'),
      }),
    ),
  })
  .meta({ id: 'ModelsResponse' });

@ApiTags('Models')
@Controller('v1/models')
export class ModelsController {
  constructor(private readonly scoring: ScoringService) {}

  @Get()
  @AnyCredential()
  @ApiOperation({
    summary: 'List the models with checksums, licences and measured accuracy',
    description: 'Every version found in the repository, those that were refused included.',
  })
  @ApiResponse({ status: 200, description: 'Every version found.', standardSchema: modelsResponse })
  list(): z.output<typeof modelsResponse> {
    return { models: this.scoring.models() };
  }
}
