import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  type ApiKeyEntry,
  ApiKeyFileError,
  digest,
  newKey,
  readKeyFile,
} from '../auth/api-key.file.js';
import { type Scope, SCOPES } from '../auth/principal.js';

interface CreateOptions {
  id: string;
  scope: Scope[];
  expires?: Date;
  rate?: number;
  file: string;
}

const UNIT_MS = { h: 3_600_000, d: 86_400_000 } as const;

export function addKeysCommand(program: Command): void {
  const keys = program.command('keys').description('API keys; the file holds their hashes only');
  keys
    .command('create')
    .description('make a key, add its hash to the file and print the key, once, on standard output')
    .requiredOption(
      '--id <id>',
      'name of the caller: letters, digits, dot, dash, underscore',
      parseId,
    )
    .addOption(
      new Option('--scope <scopes...>', 'what the key may do')
        .choices(SCOPES)
        .makeOptionMandatory(),
    )
    .option('--expires <time>', 'life time, such as 90d or 12h; unset: no end', parseExpiry)
    .option('--rate <n>', 'requests a minute', parseRate)
    .requiredOption('--file <file>', 'key file; made if it is not there')
    .action(create);
  keys
    .command('list')
    .description('list the keys of a file; none of them can be recovered from it')
    .requiredOption('--file <file>', 'key file')
    .option('--json', 'print JSON')
    .action(list);
  keys
    .command('revoke')
    .description('take a key out of the file; running servers follow within 5 seconds')
    .requiredOption('--id <id>', 'name of the caller')
    .requiredOption('--file <file>', 'key file')
    .action(revoke);
}

function create({ id, scope, expires, rate, file }: CreateOptions): void {
  const known = existsSync(file) ? readKeyFile(file) : [];
  if (known.some((entry) => entry.id === id)) {
    throw new ApiKeyFileError(
      `the key file has a key with the id '${id}': to rotate, create one with another id, ` +
        'move the caller over, then revoke this one',
    );
  }
  const key = newKey(id);
  writeKeyFile(file, [
    ...known,
    {
      id,
      sha256: digest(key).toString('hex'),
      scopes: scope,
      ...(expires === undefined ? {} : { expiresAt: expires.toISOString() }),
      ...(rate === undefined ? {} : { ratePerMinute: rate }),
    },
  ]);
  process.stdout.write(`${key}\n`);
}

function list({ file, json }: { file: string; json?: boolean }): void {
  const keys = readKeyFile(file).map(({ id, scopes, expiresAt, ratePerMinute }) => {
    const expired = expiresAt !== undefined && Date.parse(expiresAt) <= Date.now();
    return { id, scopes, expiresAt, ratePerMinute, state: expired ? 'expired' : 'valid' };
  });
  if (json) return void process.stdout.write(`${JSON.stringify({ keys }, undefined, 2)}\n`);
  for (const { id, scopes, expiresAt, state } of keys) {
    process.stdout.write(`${id}\t${state}\t${scopes.join(',')}\t${expiresAt ?? 'no end'}\n`);
  }
}

function revoke({ id, file }: { id: string; file: string }): void {
  const known = readKeyFile(file);
  const kept = known.filter((entry) => entry.id !== id);
  if (kept.length === known.length) {
    throw new ApiKeyFileError(`the key file has no key with the id '${id}'`);
  }
  writeKeyFile(file, kept);
}

/** Replaces the file in one step, so that a server never reads half of it. */
function writeKeyFile(file: string, keys: ApiKeyEntry[]): void {
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, `${JSON.stringify({ keys }, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}

function parseId(id: string): string {
  if (/^[A-Za-z0-9._-]{1,64}$/.test(id)) return id;
  throw new InvalidArgumentError('expected 1 to 64 letters, digits, dots, dashes and underscores');
}

function parseExpiry(time: string): Date {
  const [, count, unit] = /^(\d{1,5})([hd])$/.exec(time) ?? [];
  if (count === undefined)
    throw new InvalidArgumentError('expected a number and h or d, as in 90d');
  return new Date(Date.now() + Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS]);
}

function parseRate(rate: string): number {
  const number = Number(rate);
  if (Number.isInteger(number) && number > 0) return number;
  throw new InvalidArgumentError('expected a whole number above 0');
}
