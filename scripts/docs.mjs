/**
 * Makes what follows from the code: configuration.md, errors.md, openapi.json and the graph of
 * architecture.md in docs/, and the settings in the chart's schema. With `--check` it writes nothing
 * and fails where one has drifted.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { format } from 'prettier';
import { AppModule } from '../dist/app.module.js';
import { configSchema } from '../dist/config/config.schema.js';
import { describeApi } from '../dist/docs/docs.js';
import { ERRORS } from '../dist/protocols/error.table.js';
import { withConfiguration } from './chart.config.mjs';
import { lintOpenApi } from './openapi.lint.mjs';

const check = process.argv.includes('--check');
const drifted = [];

const CHART_SCHEMA = 'helm/nestor/values.schema.json';

async function keep(file, made) {
  const text = file.endsWith('.md') ? await format(made, { parser: 'markdown' }) : made;
  if (read(file) === text) return;
  if (check) drifted.push(file);
  else writeFileSync(file, text);
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function configuration() {
  const rows = Object.entries(configSchema.shape).map(([name, schema]) => {
    const parsed = schema.safeParse(undefined);
    const value = parsed.success ? parsed.data : 'required';
    const shown = value === undefined ? '' : value === 'required' ? 'required' : `\`${value}\``;
    return `| \`${name}\` | ${shown} | ${schema.description} |`;
  });
  return [
    '# Configuration',
    '',
    'The server reads these environment variables once, at its start. An empty variable counts as',
    'unset. A bad value stops the start; the message names every bad variable and no value.',
    'This page is made from `src/config/config.schema.ts`.',
    '',
    '| Variable | Default | Meaning |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function errors() {
  const rows = Object.entries(ERRORS).map(
    ([code, { status, title, help }]) => `| ${status} | \`${code}\` | ${title} | ${help} |`,
  );
  return [
    '# Errors',
    '',
    'Errors are RFC 9457 problem details: `type` is `/docs/errors/<code>`, a page that the server',
    'itself answers. On `/v2` and `/score` the body is `application/json` and has the text in `error`',
    'too. This page is made from `src/protocols/error.table.ts`.',
    '',
    '| Status | Code | Title | What to do |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

async function openapi() {
  const app = await NestFactory.create(AppModule, new FastifyAdapter(), {
    preview: true,
    logger: false,
  });
  return `${JSON.stringify(describeApi(app), undefined, 2)}\n`;
}

function chartSchema() {
  const made = withConfiguration(JSON.parse(read(CHART_SCHEMA)), configSchema);
  return format(JSON.stringify(made), { parser: 'json' });
}

/** Folders of src and who imports whom, as Mermaid. */
function graph() {
  const run = execFileSync('npx', ['depcruise', '--output-type', 'json', 'src'], {
    encoding: 'utf8',
    maxBuffer: 1 << 27,
  });
  const folderOf = (path) => /^src\/([^/]+)\//.exec(path)?.[1];
  const edges = new Set();
  for (const { source, dependencies } of JSON.parse(run).modules) {
    if (/\.(module|spec)\.ts$/.test(source)) continue;
    for (const { resolved } of dependencies) {
      const [from, to] = [folderOf(source), folderOf(resolved)];
      if (from && to && from !== to && from !== 'cli') edges.add(`  ${from} --> ${to}`);
    }
  }
  return ['```mermaid', 'graph TD', ...[...edges].toSorted(), '```'].join('\n');
}

function withGraph(text) {
  return text.replace(/(<!-- graph -->\n)[^]*?(<!-- end -->)/, `$1\n${graph()}\n\n$2`);
}

await keep('docs/configuration.md', configuration());
await keep('docs/errors.md', errors());
const description = await openapi();
const faults = await lintOpenApi(description);
await keep('docs/openapi.json', description);
await keep(CHART_SCHEMA, await chartSchema());
await keep('docs/architecture.md', withGraph(read('docs/architecture.md')));

if (faults.length > 0) {
  process.stderr.write(`${faults.join('\n')}\n`);
  process.exitCode = 1;
}
if (drifted.length > 0) {
  process.stderr.write(`${drifted.join(', ')} drifted from the code: run 'npm run docs'.\n`);
  process.exitCode = 1;
}
