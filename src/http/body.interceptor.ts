import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { CONFIG, type Config } from '../config/config.module.js';
import { decodeBody } from './body.encoding.js';
import { parseJson, readBody } from './body.reader.js';
import { RequestError } from './request.errors.js';

export const MEDIA_TYPES = Symbol('MediaTypes');

/** Media types that a route's body may have; a route without it has no body. */
export const Accepts = (...mediaTypes: string[]) => SetMetadata(MEDIA_TYPES, mediaTypes);

const AS_BYTES = Symbol('AsBytes');

/**
 * The route reads its bytes itself, whatever Content-Type and Accept say; they may be compressed.
 * `Accepts` then only tells callers what is meant.
 */
export const AsBytes = () => SetMetadata(AS_BYTES, true);

/**
 * Reads the body after the guards have let the caller in: JSON is parsed, everything else stays a
 * Buffer. Fastify's own parsers run before any guard and are switched off.
 */
@Injectable()
export class BodyInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler) {
    const accepted = this.reflector.get<string[] | undefined>(MEDIA_TYPES, context.getHandler());
    if (accepted === undefined) return next.handle();
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const isBytes = this.reflector.get<boolean | undefined>(AS_BYTES, context.getHandler());
    const type = isBytes ? undefined : requireReadable(request.headers, accepted);
    const { MAX_BODY_BYTES, REQUEST_TIMEOUT_MS } = this.config;
    const withinMs = request.context.arrivedAt + REQUEST_TIMEOUT_MS - performance.now();
    const raw = await readBody(request.raw, { maxBytes: MAX_BODY_BYTES, withinMs });
    const started = performance.now();
    if (isBytes) {
      request.body = await decodeBody(raw, request.headers['content-encoding'], MAX_BODY_BYTES);
    } else {
      request.body = type === 'application/json' ? parseJson(raw) : raw;
    }
    request.context.timings.decode = performance.now() - started;
    return next.handle();
  }
}

/** @returns the body's media type, where the answer may be JSON */
function requireReadable(headers: FastifyRequest['headers'], accepted: readonly string[]): string {
  requireJsonAccepted(headers.accept);
  requireIdentity(headers['content-encoding']);
  return requireMediaType(headers['content-type'], accepted);
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
