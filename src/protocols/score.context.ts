import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { RequestError } from '../http/request.errors.js';
import type { ScoreContext } from '../scoring/scoring.service.js';

/** `?model=NAME&version=V`: which of the served models answers. */
export const choiceQuery = z.object({
  model: z
    .string()
    .max(128)
    .optional()
    .describe('Name of the model; unset: the default of its kind.'),
  version: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .describe('Version of the model; unset: the highest.'),
});

/** @throws RequestError when X-Request-Timeout-Ms is not a positive whole number */
export function scoreContext(
  request: FastifyRequest,
  choice: z.output<typeof choiceQuery>,
): ScoreContext {
  const { arrivedAt, gone, timings } = request.context;
  const { principal } = request;
  return {
    choice,
    arrivedAt,
    gone,
    timings,
    principal: principal && `${principal.kind}:${principal.id}`,
    timeoutMs: timeoutOf(request.headers['x-request-timeout-ms']),
    chosen: (model) => {
      request.context.model = model;
    },
  };
}

function timeoutOf(header: string | string[] | undefined): number | undefined {
  if (header === undefined) return undefined;
  const timeout = Number(header);
  if (Number.isInteger(timeout) && timeout > 0) return timeout;
  const text = 'X-Request-Timeout-Ms is not a positive whole number of milliseconds.';
  throw new RequestError('invalid-query', text);
}
