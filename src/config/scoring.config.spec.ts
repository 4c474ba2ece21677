import { describe, expect, it } from '@jest/globals';
import { ConfigError } from './config.js';
import { loadScoringConfig } from './scoring.config.js';

describe('configuration of a tool that scores', () => {
  it('demands nothing of serving and does not look at it', () => {
    expect(loadScoringConfig({}, {})).toMatchObject({ MODELS_DIR: 'models', INSTANCES: 1 });
    expect(() => loadScoringConfig({}, { PORT: 'x', TLS: 'maybe' })).not.toThrow();
  });

  it('takes overrides before the environment; an empty one unsets', () => {
    const environment = { MODELS_DIR: 'there', MODELS: 'faq', INSTANCES: '2' };
    const config = loadScoringConfig({ MODELS_DIR: 'here', MODELS: '' }, environment);
    expect(config).toMatchObject({ MODELS_DIR: 'here', INSTANCES: 2 });
    expect(config.MODELS).toBeUndefined();
  });

  it('names a bad variable of scoring', () => {
    expect(() => loadScoringConfig({}, { INSTANCES: 'many' })).toThrow(ConfigError);
  });
});
