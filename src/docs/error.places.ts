import { type ErrorCode, type ErrorKind, ERRORS } from '../protocols/error.table.js';
import type { RouteFacts } from './route.facts.js';

/** On which operations an error can be met. */
type Place =
  | 'every route'
  | 'credential'
  | 'scope'
  | 'body'
  | 'scoring'
  | 'question'
  | 'image'
  | 'tensors'
  /** Where a model is chosen. */
  | 'model'
  /** Where a model is loaded. */
  | 'repository'
  /** On no operation: an unknown path or method, or a line of the log. */
  | 'none';

/** A new error code does not compile until it stands here. */
const PLACES = {
  'malformed-json': 'body',
  'invalid-body': 'body',
  'invalid-query': 'scoring',
  'not-finite': 'tensors',
  'bad-text': 'question',
  'bad-tensor': 'tensors',
  'body-incomplete': 'body',
  unauthenticated: 'credential',
  forbidden: 'scope',
  'not-found': 'none',
  'model-not-found': 'model',
  'model-refused': 'repository',
  'model-ambiguous': 'scoring',
  'method-not-allowed': 'none',
  'not-acceptable': 'body',
  'body-too-large': 'body',
  'image-too-large': 'image',
  'unsupported-media-type': 'body',
  'bad-image': 'image',
  'bad-base64': 'image',
  'queue-full': 'scoring',
  'deadline-unreachable': 'scoring',
  'caller-gone': 'none',
  'internal-error': 'every route',
  'run-failed': 'scoring',
  'instance-lost': 'scoring',
  'load-failed': 'none',
  'not-ready': 'model',
  unavailable: 'scoring',
  'deadline-passed': 'scoring',
  'malformed-request': 'none',
  'request-too-slow': 'body',
  'url-too-long': 'none',
  'headers-too-large': 'none',
  'quota-spent': 'credential',
  'too-many-failures': 'credential',
  'identity-provider-unavailable': 'credential',
} as const satisfies Record<ErrorCode, Place>;

export function isScoring({ access, mediaTypes }: RouteFacts): boolean {
  const scopes = typeof access === 'object' ? access.anyOf : [];
  return mediaTypes !== undefined && scopes.some((scope) => scope.endsWith('.score'));
}

function placesOf(path: string, facts: RouteFacts): ReadonlySet<Place> {
  const { access, mediaTypes } = facts;
  const namesModel = path.includes('{model}');
  const places = new Set<Place>(['every route']);
  if (access !== 'public') places.add('credential');
  if (mediaTypes !== undefined) places.add('body');
  if (namesModel) places.add('model');
  if (typeof access !== 'object') return places;
  places.add('scope');
  if (access.anyOf.includes('models.manage') && namesModel) places.add('repository');
  if (!isScoring(facts)) return places;
  places.add('scoring').add('model');
  if (access.anyOf.includes('faq.score')) places.add('question');
  if (access.anyOf.includes('vision.score')) places.add('image');
  if (access.anyOf.includes('models.score')) places.add('tensors');
  return places;
}

/** The errors that a route can answer with, by status. */
export function errorsOf(
  path: string,
  facts: RouteFacts,
): ReadonlyMap<number, readonly ErrorCode[]> {
  const places = placesOf(path, facts);
  const byStatus = new Map<number, ErrorCode[]>();
  for (const [code, { status }] of Object.entries(ERRORS) as [ErrorCode, ErrorKind][]) {
    if (!places.has(PLACES[code])) continue;
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return byStatus;
}
