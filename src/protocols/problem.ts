import { HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AuthError } from '../auth/auth.errors.js';
import { EngineError } from '../engine/engine.errors.js';
import type { BareProblem } from '../http/client.errors.js';
import { abandonBody } from '../http/connection.end.js';
import { RequestError, type RequestErrorCode } from '../http/request.errors.js';
import { LimitError } from '../limits/limit.errors.js';
import { ScoringError } from '../scoring/scoring.errors.js';
import { type ErrorCode, type ErrorKind, ERRORS } from './error.table.js';

/** Wires whose clients read `error` and want exactly application/json. */
const PLAIN_JSON = /^\/(v2|score|faq\/score|vision\/score)(?=[/?]|$)/;
const WITH_RETRY: ReadonlySet<number> = new Set([429, 503]);
const logger = new Logger('Errors');

/** Whether errors on this path are exactly application/json and have their text in `error`. */
export const isPlainJson = (url: string): boolean => PLAIN_JSON.test(url);

/** Answers any error as RFC 9457 problem details. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const code = codeOf(error);
  const kind: ErrorKind = ERRORS[code];
  request.context.errorCode = code;
  if (kind.status >= 500) logFault(error, code, request.id);
  if (kind.status === 500 && error instanceof Error) request.context.fault = error;
  if (reply.raw.destroyed) return;
  if (error instanceof AuthError && error.challenges.length > 0) {
    void reply.header('www-authenticate', error.challenges);
  }
  if (WITH_RETRY.has(kind.status)) void reply.header('retry-after', retryAfterSeconds(error));
  // A body that was refused unread cannot be skipped cheaply.
  if (!request.raw.complete) abandonBody(request, reply);
  const detail = detailOf(error, kind);
  const problem = {
    type: `/docs/errors/${code}`,
    title: kind.title,
    status: kind.status,
    detail,
    requestId: request.id,
    ...(error instanceof RequestError && error.faults ? { errors: error.faults } : {}),
  };
  const plain = isPlainJson(request.url);
  void reply
    .status(kind.status)
    .header('content-type', plain ? 'application/json' : 'application/problem+json')
    // As bytes: to a string Fastify would add a charset, which some v2 clients reject.
    .send(Buffer.from(JSON.stringify(plain ? { ...problem, error: detail } : problem)));
}

/** Problem details as text, for what never became a request. */
export function bareProblem(code: RequestErrorCode, requestId: string): BareProblem {
  const { status, title, help } = ERRORS[code];
  const problem = { type: `/docs/errors/${code}`, title, status, detail: help, requestId };
  return { status, body: JSON.stringify(problem) };
}

type OurError = AuthError | EngineError | LimitError | RequestError | ScoringError;
const OURS = [AuthError, EngineError, LimitError, RequestError, ScoringError];

function isOurs(error: unknown): error is OurError {
  return OURS.some((type) => error instanceof type);
}

function codeOf(error: unknown): ErrorCode {
  if (isOurs(error)) return error.code;
  return codeOfStatus(error instanceof HttpException ? error.getStatus() : statusOf(error));
}

/** Errors of the framework: an unknown path, one that cannot be decoded, headers that are too long. */
function codeOfStatus(status: number): ErrorCode {
  switch (status) {
    case 404:
      return 'not-found';
    case 405:
      return 'method-not-allowed';
    case 413:
      return 'body-too-large';
    case 414:
      return 'url-too-long';
    case 415:
      return 'unsupported-media-type';
    case 503:
      return 'unavailable';
    default:
      return status >= 400 && status < 500 ? 'invalid-query' : 'internal-error';
  }
}

function statusOf(error: unknown): number {
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? status : 500;
}

/** Our own texts are written for callers; those of the framework may repeat what was sent. */
function detailOf(error: unknown, kind: ErrorKind): string {
  return isOurs(error) && kind.status !== 500 ? error.message : kind.help;
}

function retryAfterSeconds(error: unknown): string {
  const timed = isOurs(error) && 'retryAfterMs' in error;
  const ms = timed ? (error.retryAfterMs ?? 0) : 0;
  return String(Math.max(1, Math.ceil(ms / 1000)));
}

function logFault(error: unknown, code: ErrorCode, requestId: string): void {
  const text = isOurs(error)
    ? error.message
    : error instanceof Error
      ? error.stack
      : 'not an Error';
  logger.error(`${code} in request ${requestId}: ${text}`);
}
