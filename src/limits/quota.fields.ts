import { type Standing, WINDOW_S } from './sliding.windows.js';

const POLICY = '"per-minute"';

/**
 * The response fields of draft-ietf-httpapi-ratelimit-headers-11, and Retry-After where the quota is
 * spent: never earlier than the end of the effective window `t` (section 6).
 */
export function quotaFields(
  limit: number,
  { remaining, waitMs }: Standing,
): Record<string, string> {
  return {
    'ratelimit-policy': `${POLICY};q=${limit};w=${WINDOW_S}`,
    ratelimit: `${POLICY};r=${remaining};t=${Math.ceil(waitMs / 1000)}`,
  };
}
