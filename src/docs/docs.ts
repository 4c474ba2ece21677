import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { RequestError } from '../http/request.errors.js';
import { type ErrorCode, type ErrorKind, ERRORS } from '../protocols/error.table.js';
import { completeOperations } from './operations.js';
import { serveModelPages } from './model.page.js';
import { routeFacts } from './route.facts.js';

const DESCRIPTION = `Real-time scoring of Python models.

Every call to a scoring route needs a credential: an API key or, where the operator has set up
Microsoft Entra ID, an access token. Errors are problem details (RFC 9457); the page behind \`type\`
says what to do. Every answer carries \`X-Request-Id\`, which names it in the server's log.`;

const TAGS = {
  'FAQ matching': 'A question against a list of frequently asked questions.',
  'Image classification': 'A photo into the 1000 classes of ImageNet.',
  'Open Inference Protocol': 'Tensors for any model, as KServe, Triton and MLServer speak it.',
  Models: 'What is served.',
  'Model repository': 'What is in the models folder, and what of it is loaded.',
  'Reference-compatible': 'The routes of the reference services, for their clients to go on using.',
  Health: 'For probes and load balancers.',
};

/** The OpenAPI 3.1 description of every route, made from controllers and schemas. */
export function describeApi(app: INestApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Nestor')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer('/', 'This server')
    .addApiKey(
      { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'A key `nst_…`.' },
      'ApiKey',
    )
    .addBearerAuth(
      { type: 'http', description: 'An access token of Microsoft Entra ID.' },
      'Bearer',
    );
  for (const [name, description] of Object.entries(TAGS)) builder.addTag(name, description);
  const document = SwaggerModule.createDocument(app, builder.build(), {
    standardSchemaConverter: (schema, { schemaType }) =>
      schema instanceof z.ZodType ? convert(schema, schemaType) : undefined,
  });
  completeOperations(document, routeFacts(app));
  return document;
}

function convert(schema: z.ZodType, io: 'input' | 'output') {
  const {
    $schema: _,
    $defs = {},
    ...json
  } = z.toJSONSchema(schema, {
    io,
    override: ({ jsonSchema }) => {
      // The bounds of a JavaScript integer tell a reader nothing.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      // A tuple's maxItems says the same; makers of clients know no schema that is false.
      if (jsonSchema.items === false) delete jsonSchema.items;
    },
  });
  return { schema: json, components: $defs };
}

/** Serves Swagger UI, /openapi.json and a page for each error type. */
export function serveDocs(app: INestApplication, fastify: FastifyInstance): void {
  SwaggerModule.setup('docs', app, () => describeApi(app), {
    raw: ['json'],
    jsonDocumentUrl: 'openapi.json',
    customSiteTitle: 'Nestor API',
    swaggerOptions: { displayRequestDuration: true, tryItOutEnabled: true, validatorUrl: null },
  });
  serveModelPages(fastify);
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
