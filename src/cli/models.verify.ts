import { CONFIG, type Config } from '../config/config.module.js';
import type { ModelIdentity } from '../registry/model.kind.js';
import { ModelRegistry } from '../registry/model.registry.js';
import { openScoring } from './scoring.context.js';

/** A name, or one version of it. */
export interface ModelChoice {
  readonly name: string;
  readonly version: number | undefined;
}

/** What the server would do with a version; without a number where the name has none. */
export type VerifiedModel = { name: string; version?: number } & (
  { state: 'ready' } | { state: 'refused'; reason: string }
);

/**
 * Loads versions as the server does: checksums, graphs, golden inputs.
 * @param choices none: what the server would serve
 */
export async function verifyModels(
  root: string,
  choices: readonly ModelChoice[],
): Promise<VerifiedModel[]> {
  const context = await openScoring({ MODELS_DIR: root, ...overrides(choices) });
  try {
    const verified = context.get(ModelRegistry).versions().map(outcome);
    const wanted = choices.length > 0 ? choices : configured(context.get<Config>(CONFIG));
    const asked = verified.filter(
      (model) => wanted.length === 0 || wanted.some((choice) => matches(choice, model)),
    );
    const missing = wanted.filter((choice) => !verified.some((model) => matches(choice, model)));
    return [...asked, ...missing.map(noVersion)];
  } finally {
    await context.close();
  }
}

/** Names that the server is told to serve; none: it serves what it finds. */
function configured({ MODELS = [] }: Config): ModelChoice[] {
  return MODELS.map((name) => ({ name, version: undefined }));
}

function overrides(choices: readonly ModelChoice[]) {
  if (choices.length === 0) return {};
  const names = [...new Set(choices.map(({ name }) => name))];
  // A pin holds one version: a name that is asked for twice is loaded whole.
  const pins = choices.filter(
    ({ name, version }) =>
      version !== undefined && choices.filter((other) => other.name === name).length === 1,
  );
  return {
    MODELS: names.join(','),
    // Empty: what the environment pins for the server does not count here.
    MODEL_VERSIONS: pins.map(({ name, version }) => `${name}:${version}`).join(','),
  };
}

function outcome(
  version: ModelIdentity & ({ state: 'ready' } | { state: 'refused'; reason: string }),
): VerifiedModel {
  const identity = { name: version.name, version: version.version };
  return version.state === 'ready'
    ? { ...identity, state: 'ready' }
    : { ...identity, state: 'refused', reason: version.reason };
}

function matches({ name, version }: ModelChoice, model: VerifiedModel): boolean {
  return model.name === name && (version === undefined || model.version === version);
}

function noVersion({ name, version }: ModelChoice): VerifiedModel {
  const identity = version === undefined ? { name } : { name, version };
  return { ...identity, state: 'refused', reason: 'no such version in the models folder' };
}
