import { configSchema } from './config.schema.js';

/** Names of variables whose value may hold a secret: an address may carry a password. */
const SECRETIVE = /URL|ENDPOINT|CONNECTION|SECRET|TOKEN|PASSWORD|HEADERS|KEY$/;

/**
 * The variables that are set, for the audit trail: `NAME=value`, or the name alone where the value
 * may hold a secret.
 */
export function setVariables(environment: NodeJS.ProcessEnv = process.env): string[] {
  return Object.keys(configSchema.shape)
    .filter((name) => (environment[name] ?? '') !== '')
    .toSorted()
    .map((name) => (SECRETIVE.test(name) ? name : `${name}=${environment[name]}`));
}
