import type { OpenAPIObject } from '@nestjs/swagger';
import { type ErrorCode, type ErrorKind, ERRORS } from '../protocols/error.table.js';
import { isPlainJson } from '../protocols/problem.js';
import { errorsOf } from './error.places.js';
import type { RouteFacts } from './route.facts.js';

type Components = NonNullable<OpenAPIObject['components']>;
type Schemas = NonNullable<Components['schemas']>;
type Responses = Record<string, NonNullable<Components['responses']>[string]>;

/** RFC 9457, and the same with `error` for the clients that read it. */
const PROBLEM: Schemas = {
  Problem: {
    type: 'object',
    description: 'Problem details (RFC 9457).',
    required: ['type', 'title', 'status', 'detail', 'requestId'],
    properties: {
      type: { type: 'string', description: 'Path of a page about this kind of error.' },
      title: { type: 'string' },
      status: { type: 'integer' },
      detail: { type: 'string', description: 'What is wrong with this request.' },
      requestId: { type: 'string', description: 'Also in the header X-Request-Id.' },
      errors: {
        type: 'array',
        description: 'Each wrong place of a body.',
        items: {
          type: 'object',
          required: ['pointer', 'message'],
          properties: {
            pointer: { type: 'string', description: 'JSON pointer (RFC 6901).' },
            message: { type: 'string' },
          },
        },
      },
    },
  },
  ProblemWithError: {
    description: 'Problem details with the text in `error` too.',
    allOf: [
      { $ref: '#/components/schemas/Problem' },
      { type: 'object', required: ['error'], properties: { error: { type: 'string' } } },
    ],
  },
};

const EXTRA_HEADERS: Readonly<Record<number, string>> = {
  401: 'WWW-Authenticate',
  429: 'Retry-After',
  503: 'Retry-After',
};

const wireOf = (path: string) =>
  isPlainJson(path)
    ? { type: 'application/json', schema: 'ProblemWithError', suffix: '.error' }
    : { type: 'application/problem+json', schema: 'Problem', suffix: '' };

/** A response for each status with which the route can refuse or fail. */
export function errorResponses(path: string, facts: RouteFacts): Responses {
  const { type, schema, suffix } = wireOf(path);
  const responses: Responses = {};
  for (const [status, codes] of errorsOf(path, facts)) {
    const examples = codes.map((code) => [code, ref('examples', `${code}${suffix}`)]);
    const header = EXTRA_HEADERS[status];
    responses[status] = {
      description: codes.map(describe).join('\n\n'),
      headers: header === undefined ? {} : { [header]: ref('headers', header) },
      content: {
        [type]: { schema: ref('schemas', schema), examples: Object.fromEntries(examples) },
      },
    };
  }
  return responses;
}

/** The parts that `errorResponses` points to, for these operations. */
export function errorComponents(operations: readonly (readonly [string, RouteFacts])[]) {
  const examples: Record<string, { summary: string; value: unknown }> = {};
  const schemas: Schemas = {};
  for (const [path, facts] of operations) {
    const { schema, suffix } = wireOf(path);
    Object.assign(schemas, { Problem: PROBLEM['Problem'], [schema]: PROBLEM[schema] });
    for (const code of [...errorsOf(path, facts).values()].flat()) {
      examples[`${code}${suffix}`] = { summary: ERRORS[code].title, value: example(code, suffix) };
    }
  }
  return { schemas, examples };
}

export function ref(kind: keyof Components, name: string) {
  return { $ref: `#/components/${kind}/${name}` };
}

function describe(code: ErrorCode): string {
  return `\`${code}\`: ${ERRORS[code].help}`;
}

function example(code: ErrorCode, suffix: string) {
  const { status, title, help }: ErrorKind = ERRORS[code];
  return {
    type: `/docs/errors/${code}`,
    title,
    status,
    detail: help,
    requestId: '2f1c6b0e-7d7a-4a52-9f0b-5d1f3f3f6c1e',
    ...(code === 'invalid-body' && {
      errors: [{ pointer: '/top', message: 'Too big: expected number to be <=100' }],
    }),
    ...(suffix !== '' && { error: help }),
  };
}
