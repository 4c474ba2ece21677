/** Checks an OpenAPI document by Redocly's recommended rules; a warning is a fault too. */
import { createConfig, lintFromString } from '@redocly/openapi-core';

const RULES = {
  extends: ['recommended'],
  rules: {
    // Routes that anyone may call without a parameter refuse nothing.
    'operation-4xx-response': 'off',
  },
};

/** One line for each fault, empty when there is none. */
export async function lintOpenApi(source) {
  const config = await createConfig(RULES);
  const problems = await lintFromString({ source, config, absoluteRef: 'openapi.json' });
  return problems.map(({ ruleId, message, location: [place] = [] }) => {
    return `openapi.json ${place?.pointer ?? ''}: ${message} (${ruleId})`;
  });
}
