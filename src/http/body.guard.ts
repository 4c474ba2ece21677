import {
  applyDecorators,
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  SetMetadata,
  UseGuards,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { CONFIG, type Config } from '../config/config.module.js';
import { decodeBody } from './body.encoding.js';
import { readBody } from './body.reader.js';
import { parseBody } from './json.body.js';
import { RequestError } from './request.errors.js';

export const MEDIA_TYPES = Symbol('MediaTypes');

/** Media types that a route's body may have; a route without it has no body. */
export const Accepts = (...mediaTypes: string[]) => SetMetadata(MEDIA_TYPES, mediaTypes);

const AS_BYTES = Symbol('AsBytes');

const OPTIONAL = Symbol('OptionalBody');

/** JSON that may be left out, and its Content-Type too: Open Inference clients send neither. */
export const OptionalJson = () =>
  applyDecorators(Accepts('application/json'), SetMetadata(OPTIONAL, true));

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
    if (this.reflector.get<boolean | undefined>(AS_BYTES, context.getHandler())) return true;
    const optional = this.reflector.get<boolean | undefined>(OPTIONAL, context.getHandler());
    const assumed = optional === true ? 'application/json' : undefined;
    const type = requireReadable(request.headers, accepted, assumed);
    const raw = await readWhole(request, this.config);
    const started = performance.now();
    if (optional === true && raw.byteLength === 0) {
      request.body = {};
    } else if (type === 'application/json') {
      const { value, lifted } = await parseBody(raw);
      request.body = value;
      request.context.lifted = lifted;
    } else {
      request.body = raw;
    }
    request.context.timings.decode = performance.now() - started;
    return true;
  }
}

/** Reads bytes, compressed or not, whatever Content-Type and Accept say; see AsBytes. */
@Injectable()
export class BytesGuard implements CanActivate {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  async canActivate(context: ExecutionContext): Promise<true> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const raw = await readWhole(request, this.config);
    const started = performance.now();
    const encoding = request.headers['content-encoding'];
    request.body = await decodeBody(raw, encoding, this.config.MAX_BODY_BYTES);
    request.context.timings.decode = performance.now() - started;
    return true;
  }
}

/** The route gets its body as it came, read after its own guards; `Accepts` only tells callers what is meant. */
export const AsBytes = () => applyDecorators(SetMetadata(AS_BYTES, true), UseGuards(BytesGuard));

function readWhole({ raw, context }: FastifyRequest, config: Config): Promise<Buffer> {
  const withinMs = context.arrivedAt + config.REQUEST_TIMEOUT_MS - performance.now();
  return readBody(raw, { maxBytes: config.MAX_BODY_BYTES, withinMs });
}

/** @returns the body's media type, where the answer may be JSON */
function requireReadable(
  headers: FastifyRequest['headers'],
  accepted: readonly string[],
  assumed: string | undefined,
): string {
  requireJsonAccepted(headers.accept);
  requireIdentity(headers['content-encoding']);
  return requireMediaType(headers['content-type'] ?? assumed, accepted);
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
