import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { requireScope } from '../../auth/access.guard.js';
import type { Scope } from '../../auth/principal.js';
import type { ModelChoice } from '../../scoring/scorer.catalog.js';
import { ScoringError } from '../../scoring/scoring.errors.js';
import { ScoringService } from '../../scoring/scoring.service.js';

/** The scopes that may enter at all; which of them is enough is for the model to say. */
export const MODEL_SCOPES = ['models.score', 'faq.score', 'vision.score'] as const;

const OWN_SCOPE: Readonly<Record<string, Scope>> = { faq: 'faq.score', vision: 'vision.score' };

type Named = ModelChoice & { readonly model: string };

/** Finds the model of the path and asks for its scope, before a body is read. */
@Injectable()
export class ModelGuard implements CanActivate {
  constructor(private readonly scoring: ScoringService) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { model, version } = choiceOf(request);
    const { kind } = this.scoring.served(model, version);
    const own = OWN_SCOPE[kind];
    requireScope(request.principal, 'models.score', ...(own === undefined ? [] : [own]));
    return true;
  }
}

/** @throws ScoringError when the version is no number, as versions are */
export function choiceOf(request: FastifyRequest): Named {
  const { model, version } = request.params as { model: string; version?: string };
  if (version === undefined) return { model };
  if (/^[1-9]\d{0,8}$/.test(version)) return { model, version: Number(version) };
  throw new ScoringError(
    'model-not-found',
    'Versions are whole numbers from 1; GET /v1/models lists them.',
  );
}
