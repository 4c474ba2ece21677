import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { CONFIG, type Config } from '../config/config.module.js';
import { readBody } from './body.reader.js';
import { parseBody } from './json.body.js';
import { RequestError } from './request.errors.js';

export const MEDIA_TYPES = Symbol('MediaTypes');

/** Media types that a route's body may have; a route without it has no body. */
export const Accepts = (...mediaTypes: string[]) => SetMetadata(MEDIA_TYPES, mediaTypes);

/**
 * Reads the body after the other guards have let the caller in: JSON is parsed, everything else stays
 * a Buffer. Fastify's own parsers run before any guard and are switched off. A guard rather than an
 * interceptor: without interceptors Nest leaves RxJS out, a tenth of the time of a question.
 */
@Injectable()
export class BodyGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async canActivate(context: ExecutionContext): Promise<true> {
    const accepted = this.reflector.get<string[] | undefined>(MEDIA_TYPES, context.getHandler());
    if (accepted === undefined) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    requireJsonAccepted(request.headers.accept);
    requireIdentity(request.headers['content-encoding']);
    const type = requireMediaType(request.headers['content-type'], accepted);
    const { MAX_BODY_BYTES, REQUEST_TIMEOUT_MS } = this.config;
    const withinMs = request.context.arrivedAt + REQUEST_TIMEOUT_MS - performance.now();
    const raw = await readBody(request.raw, { maxBytes: MAX_BODY_BYTES, withinMs });
    const started = performance.now();
    if (type === 'application/json') {
      const { value, lifted } = await parseBody(raw);
      request.body = value;
      request.context.lifted = lifted;
    } else request.body = raw;
    request.context.timings.decode = performance.now() - started;
    return true;
  }
}

/** The media type without its parameters, in lower case. */
export function mediaTypeOf(header: string | undefined): string {
  return (header ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function requireMediaType(header: string | undefined, accepted: readonly string[]): string {
  const type = mediaTypeOf(header);
  if (accepted.includes(type)) return type;
  throw new RequestError(
    'unsupported-media-type',
    `The Content-Type is ${type === '' ? 'missing' : 'not accepted'}: expected ${accepted.join(', ')}.`,
  );
}

function requireIdentity(encoding: string | undefined): void {
  if (encoding === undefined || encoding === 'identity') return;
  const text = 'The Content-Encoding is not accepted: send the body uncompressed.';
  throw new RequestError('unsupported-media-type', text);
}

/** Answers are JSON: an Accept header that rules it out cannot be served (RFC 9110, 12.5.1). */
function requireJsonAccepted(accept = '*/*'): void {
  const ranges = accept.split(',').map((range) => range.trim().toLowerCase());
  const fits = ranges.some((range) => {
    return (
      /^(application\/(json|problem\+json|\*)|\*\/\*)\s*(;|$)/.test(range) &&
      !/;\s*q=0(\.0*)?$/.test(range)
    );
  });
  if (fits) return;
  throw new RequestError(
    'not-acceptable',
    'The answer is application/json, which Accept excludes.',
  );
}
