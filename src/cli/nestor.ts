#!/usr/bin/env node
import { Command } from 'commander';
import { ConfigError } from '../config/config.js';
import { ApiKeyFileError } from '../auth/api-key.file.js';
import { addBenchCommand } from './bench.command.js';
import { addFaqCommand } from './faq.command.js';
import { ModelFolderError } from '../registry/model.folder.js';
import { addKeysCommand } from './keys.command.js';
import { addModelsCommand } from './models.command.js';
import { addScoreCommand } from './score.command.js';

const program = new Command('nestor').description(
  'Real-time scoring of Python models behind one secure REST API',
);

program
  .command('serve')
  .description('start the server; configured by environment variables (docs/configuration.md)')
  .action(async () => {
    const { serve } = await import('../main.js');
    await serve();
  });

addKeysCommand(program);
addModelsCommand(program);
addFaqCommand(program);
addScoreCommand(program);
addBenchCommand(program);

try {
  await program.parseAsync();
} catch (error) {
  const kinds = [ConfigError, ApiKeyFileError, ModelFolderError];
  if (!(error instanceof Error && kinds.some((kind) => error instanceof kind))) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
