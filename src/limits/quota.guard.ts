import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CONFIG, type Config } from '../config/config.module.js';
import { LimitError } from './limit.errors.js';
import { quotaFields } from './quota.fields.js';
import { Quotas } from './quotas.js';

/** Takes each request from its principal's quota; stands behind the guard that names the principal. */
@Injectable()
export class QuotaGuard implements CanActivate {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly quotas: Quotas,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const http = context.switchToHttp();
    // Public routes have no principal.
    const { principal } = http.getRequest<FastifyRequest>();
    if (principal === undefined) return true;
    const limit = principal.ratePerMinute ?? this.config.RATE_LIMIT_PER_MINUTE;
    if (limit === undefined) return true;
    return this.#take(`${principal.kind}:${principal.id}`, limit, http.getResponse<FastifyReply>());
  }

  async #take(caller: string, limit: number, reply: FastifyReply): Promise<true> {
    const standing = await this.quotas.take(caller, limit);
    void reply.headers(quotaFields(limit, standing));
    if (standing.allowed) return true;
    const text = `The quota of ${limit} requests a minute is spent. Try again after the seconds in Retry-After.`;
    throw new LimitError('quota-spent', text, standing.waitMs);
  }
}
