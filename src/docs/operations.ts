import type { OpenAPIObject } from '@nestjs/swagger';
import type { Access } from '../auth/access.decorator.js';
import { isScoring } from './error.places.js';
import { errorComponents, errorResponses, ref } from './error.responses.js';
import type { RouteFacts } from './route.facts.js';
import { WORKED_EXAMPLES } from './worked.examples.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['post']>;
type Described = readonly [path: string, facts: RouteFacts];

const CLOSED: RouteFacts = { access: undefined, mediaTypes: undefined };
const BINARY_TYPE = 'application/octet-stream';
const BYTES = { type: 'string', format: 'binary' };
const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

const HEADERS = {
  'X-Request-Id': {
    description: 'The id of the request: yours, if you sent a sane one.',
    schema: { type: 'string' },
  },
  'Server-Timing': {
    description: 'Milliseconds of `auth`, `decode`, `queue`, `infer` and `total`.',
    schema: { type: 'string' },
  },
  'WWW-Authenticate': {
    description: 'The kinds of credential that are accepted.',
    schema: { type: 'string' },
  },
  'Retry-After': {
    description: 'Seconds after which to try again.',
    schema: { type: 'integer', minimum: 1 },
  },
};

/** Every answer has them; documented where there is something to be read beside them. */
const COMMON_HEADERS = Object.fromEntries(
  ['X-Request-Id', 'Server-Timing'].map((name) => [name, ref('headers', name)]),
);

const DEADLINE = {
  name: 'X-Request-Timeout-Ms',
  in: 'header',
  required: false,
  description:
    'Milliseconds that you will wait. Work that cannot be done in time is refused or dropped.',
  schema: { type: 'integer', minimum: 1 },
};

/** Parts of paths, with a value that is there where the repository's own models are served. */
const PATH_PARAMETERS: Readonly<Record<string, { description: string; example: string }>> = {
  model: { description: 'Name of a served model.', example: 'faq' },
  version: { description: 'A version that it serves.', example: '1' },
};

/**
 * Adds to every operation what follows from its route's decorators: who may call it, the errors it
 * can answer with, the deadline header and a worked example. Changes the document.
 */
export function completeOperations(
  document: OpenAPIObject,
  facts: ReadonlyMap<string, RouteFacts>,
): void {
  const described: Described[] = [];
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (operation === undefined) continue;
      // An alias of a path has its number in brackets.
      const key = operation.operationId?.replace(/\[\d+\]$/, '') ?? '';
      const known = facts.get(key) ?? CLOSED;
      operation.operationId = operationId(method, path);
      complete(operation, path, known);
      described.push([path, known]);
    }
  }
  const { schemas, examples } = errorComponents(described);
  const components = (document.components ??= {});
  components.schemas = { ...components.schemas, ...schemas };
  Object.assign(components, { examples, headers: HEADERS, parameters: { Deadline: DEADLINE } });
}

function complete(operation: Operation, path: string, facts: RouteFacts): void {
  Object.assign(operation, accessOf(facts.access));
  operation.description = [operation.description, accessText(facts.access)]
    .filter((text) => text !== undefined && text !== '')
    .join('\n\n');
  if (isScoring(facts)) {
    operation.parameters = [...(operation.parameters ?? []), ref('parameters', 'Deadline')];
  }
  completePath(operation, path);
  completeBody(operation, facts);
  operation.responses = { ...errorResponses(path, facts), ...operation.responses };
  completeAnswer(operation);
}

function completeAnswer({ responses }: Operation): void {
  const success = responses['200'];
  if (success === undefined || '$ref' in success) return;
  Object.assign(success, { headers: { ...COMMON_HEADERS, ...success.headers } });
  const bytes = success.content?.[BINARY_TYPE];
  if (bytes !== undefined) bytes.schema = BYTES;
}

function completePath(operation: Operation, path: string): void {
  const { parameters: known = [] } = operation;
  for (const [, name = ''] of path.matchAll(/\{(\w+)\}/g)) {
    if (known.some((parameter) => 'name' in parameter && parameter.name === name)) continue;
    const text = PATH_PARAMETERS[name];
    known.push({ name, in: 'path', required: true, schema: { type: 'string' }, ...text });
  }
  operation.parameters = known;
}

/** `postV1FaqMatch`: stable and fit for a method of a made client. */
function operationId(method: string, path: string): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  const name = words.length === 0 ? ['root'] : words;
  return method + name.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

function accessOf(access: Access | undefined) {
  if (access === 'public') return { security: [] };
  const scopes = typeof access === 'object' ? { 'x-required-scope': access.anyOf } : {};
  return { security: [{ ApiKey: [] }, { Bearer: [] }], ...scopes };
}

function accessText(access: Access | undefined): string {
  if (access === 'public') return 'Open to anyone.';
  if (access === undefined) return 'Closed.';
  if (access === 'any-credential') return 'Needs a credential with any scope.';
  const scopes = access.anyOf.map((scope) => `\`${scope}\``);
  const which =
    scopes.length === 1 ? `the scope ${scopes.join('')}` : `one of the scopes ${scopes.join(', ')}`;
  return `Needs a credential with ${which}.`;
}

/** What is neither JSON nor a form is the image itself, as bytes. */
function completeBody(operation: Operation, { mediaTypes = [] }: RouteFacts): void {
  const body = operation.requestBody;
  if (body === undefined || !('content' in body)) return;
  const form = { type: 'object', required: ['image'], properties: { image: BYTES } };
  for (const type of mediaTypes) {
    const media = (body.content[type] ??= {});
    if (type === 'application/json') {
      const examples = WORKED_EXAMPLES[operation.operationId ?? ''];
      if (examples !== undefined) media.examples = { ...examples };
    } else {
      media.schema = type === 'multipart/form-data' ? form : BYTES;
    }
  }
}
