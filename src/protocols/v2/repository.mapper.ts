import type { z } from 'zod';
import type { IndexedVersion } from '../../scoring/model.repository.js';
import type { indexResponse } from './repository.schema.js';

const STATES = {
  ready: 'READY',
  loading: 'LOADING',
  unloading: 'UNLOADING',
  unavailable: 'UNAVAILABLE',
} as const satisfies Record<IndexedVersion['state'], string>;

export function toIndexResponse(
  versions: readonly IndexedVersion[],
  readyOnly = false,
): z.output<typeof indexResponse> {
  return versions
    .filter(({ state }) => !readyOnly || state === 'ready')
    .map(({ name, version, state, reason }) => ({
      name,
      version: String(version),
      state: STATES[state],
      reason,
    }));
}
