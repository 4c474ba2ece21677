import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { RequestError } from '../http/request.errors.js';
import { type ErrorCode, type ErrorKind, ERRORS } from '../protocols/error.table.js';

/** The OpenAPI 3.1 description of every route, made from controllers and schemas. */
export function describeApi(app: INestApplication): OpenAPIObject {
  const description = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Nestor')
    .setDescription('Real-time scoring of Python models. Errors are RFC 9457 problem details.')
    .setVersion('1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-API-Key' }, 'ApiKey')
    .addSecurityRequirements('ApiKey')
    .build();
  return SwaggerModule.createDocument(app, description, {
    standardSchemaConverter: (schema, { schemaType }) => {
      if (!(schema instanceof z.ZodType)) return undefined;
      const { $schema: _, $defs = {}, ...json } = z.toJSONSchema(schema, { io: schemaType });
      return { schema: json, components: $defs };
    },
  });
}

/** Serves Swagger UI, /openapi.json and a page for each error type. */
export function serveDocs(app: INestApplication, fastify: FastifyInstance): void {
  SwaggerModule.setup('docs', app, () => describeApi(app), {
    raw: ['json'],
    jsonDocumentUrl: 'openapi.json',
    customSiteTitle: 'Nestor API',
    swaggerOptions: { displayRequestDuration: true, tryItOutEnabled: true, validatorUrl: null },
  });
  fastify.get<{ Params: { code: string } }>('/docs/errors/:code', async (request, reply) => {
    const { code } = request.params;
    if (!Object.hasOwn(ERRORS, code)) {
      throw new RequestError('not-found', 'No error type has this name.');
    }
    void reply.header('content-type', 'text/plain; charset=utf-8');
    return errorPage(code as ErrorCode);
  });
}

function errorPage(code: ErrorCode): string {
  const { status, title, help }: ErrorKind = ERRORS[code];
  return `${title}\n\nType: /docs/errors/${code}\nStatus: ${status}\n\n${help}\n`;
}
