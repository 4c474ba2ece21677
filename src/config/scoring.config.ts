import { loadConfig } from './config.js';
import type { Config } from './config.schema.js';

/** What scoring reads of the environment; the rest is about serving. */
const SCORING = [
  'MODELS_DIR',
  'MODELS',
  'MODEL_VERSIONS',
  'MODEL_PRECISIONS',
  'EXECUTION_PROVIDERS',
  'INSTANCES',
  'THREADS_PER_INSTANCE',
  'MAX_IMAGE_PIXELS',
  'REQUEST_TIMEOUT_MS',
  'QUEUE_MAX_ROWS',
] as const satisfies readonly (keyof Config)[];

/** Variables as text, stronger than those of the environment; undefined leaves these. */
export type ScoringOverrides = {
  readonly [name in (typeof SCORING)[number]]?: string | undefined;
};

/**
 * Configuration of a tool that scores but does not serve: certificates, keys and addresses are
 * neither demanded nor read.
 * @throws ConfigError with one line for each bad variable
 */
export function loadScoringConfig(
  overrides: ScoringOverrides = {},
  environment: NodeJS.ProcessEnv = process.env,
): Config {
  const read = SCORING.map((name) => [name, overrides[name] ?? environment[name]] as const);
  const set = Object.fromEntries(read.filter(([, value]) => value !== undefined));
  // One command runs one input after the other: more instances would only hold memory.
  return loadConfig({ INSTANCES: '1', ...set, TLS: 'off', API_KEYS_FILE: 'none' });
}
