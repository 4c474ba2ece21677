import { type Config, configSchema } from './config.schema.js';

/** Names the variables that are missing or wrong, never their values. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The configuration is not usable:\n${problems.map((line) => `  ${line}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/**
 * Reads and checks the environment once. An empty variable counts as unset, as charts render
 * unset values so.
 * @throws ConfigError with one line for each bad variable
 */
export function loadConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = configSchema.safeParse(set);
  const problems = parsed.success ? [] : parsed.error.issues.map(problemOf);
  if (set['TLS'] !== 'off') {
    for (const name of ['TLS_CERT_FILE', 'TLS_KEY_FILE'] as const) {
      if (set[name] === undefined) problems.push(`${name}: is required unless TLS=off`);
    }
  } else if (set['HTTP_REDIRECT_PORT'] !== undefined) {
    problems.push('HTTP_REDIRECT_PORT: needs TLS=on; behind a proxy set TRUST_PROXY instead');
  }
  problems.push(...credentialProblems(set));
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(parsed.data);
}

const AZURE_AD = ['AZURE_AD_TENANT_ID', 'AZURE_AD_AUDIENCE'] as const;

/** A server that can verify no credential would only look as if it were running. */
function credentialProblems(set: Record<string, string | undefined>): string[] {
  const missing = AZURE_AD.filter((name) => set[name] === undefined);
  const wanted = [...AZURE_AD, 'AZURE_AD_METADATA_URL'].some((name) => set[name] !== undefined);
  if (wanted) return missing.map((name) => `${name}: is required where Azure AD is configured`);
  if (set['API_KEYS_FILE'] !== undefined) return [];
  const text = 'nobody could enter: set it, or AZURE_AD_TENANT_ID and AZURE_AD_AUDIENCE, or both';
  return [`API_KEYS_FILE: ${text}`];
}

function problemOf(issue: {
  path: PropertyKey[];
  message: string;
  code?: string;
  input?: unknown;
}) {
  const name = String(issue.path[0]);
  const shape = configSchema.shape[name as keyof typeof configSchema.shape];
  return `${name}: ${issue.message} (${shape.description})`;
}
