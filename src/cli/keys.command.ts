import { type Command, Option } from 'commander';
import {
  type ApiKeyEntry,
  ApiKeyFileError,
  digest,
  fingerprint,
  newKey,
  readKeyFile,
} from '../auth/api-key.file.js';
import { type Scope, SCOPES } from '../auth/principal.js';
import { keyVaultValue, kubernetesSecret } from './keys.export.js';
import {
  parseDuration,
  parseExpiry,
  parseId,
  parseKubernetesName,
  parseRate,
} from './keys.options.js';
import { isValid, revoke, rotate } from './keys.rotation.js';
import { changeKeyFile } from './keys.store.js';

interface OfFile {
  readonly file: string;
  readonly json?: boolean;
}

interface OfKey extends OfFile {
  readonly id: string;
  readonly expires?: Date;
}

export function addKeysCommand(program: Command): void {
  const keys = program.command('keys').description('API keys; the file holds their hashes only');
  const command = (name: string, description: string) =>
    keys.command(name).description(description).requiredOption('--file <file>', 'key file');
  command('create', 'make a key, add its hash to the file and print the key, once')
    .requiredOption('--id <id>', 'name of the caller: letters, digits, ".", "-", "_"', parseId)
    .addOption(
      new Option('--scope <scopes...>', 'what the key may do')
        .choices(SCOPES)
        .makeOptionMandatory(),
    )
    .option('--expires <time>', 'life time, such as 90d or 12h; unset: no end', parseExpiry)
    .option('--rate <n>', 'requests a minute; unset: RATE_LIMIT_PER_MINUTE', parseRate)
    .option('--json', 'print JSON')
    .action(create);
  command('rotate', 'make a new key for an id and print it, once; the one before ends later')
    .requiredOption('--id <id>', 'name of the caller', parseId)
    .option(
      '--overlap <time>',
      'how long both are valid; unset: 7d; 0d: end the old one',
      parseDuration,
    )
    .option('--expires <time>', 'life time of the new key, such as 90d', parseExpiry)
    .option('--json', 'print JSON')
    .action(renew);
  command('list', 'list the keys of a file; none of them can be recovered from it')
    .option('--json', 'print JSON')
    .action(list);
  command('revoke', 'take the keys of an id out of the file; servers follow within 5 seconds')
    .requiredOption('--id <id>', 'name of the caller')
    .option('--old', 'only those that a rotation has left to expire')
    .action(remove);
  command('export', 'print the file, hashes only, for where the servers get it from')
    .addOption(
      new Option('--format <format>', 'a Secret manifest, or the value of a Key Vault secret')
        .choices(['kubernetes', 'keyvault'])
        .makeOptionMandatory(),
    )
    .option('--name <name>', 'name of the Secret', parseKubernetesName, 'nestor-api-keys')
    .option('--namespace <name>', 'namespace of the Secret', parseKubernetesName)
    .action(exportKeys);
}

async function create({
  id,
  scope,
  expires,
  rate,
  file,
  json,
}: OfKey & { scope: Scope[]; rate?: number }): Promise<void> {
  const key = newKey(id);
  const entry: ApiKeyEntry = {
    id,
    sha256: digest(key).toString('hex'),
    scopes: scope,
    ...(expires === undefined ? {} : { expiresAt: expires.toISOString() }),
    ...(rate === undefined ? {} : { ratePerMinute: rate }),
  };
  await changeKeyFile(file, (entries) => {
    if (entries.every((known) => known.id !== id)) return [...entries, entry];
    throw new ApiKeyFileError(
      `the key file has a key with the id '${id}': 'keys rotate' makes it a new one`,
    );
  });
  printKey(key, entry, json);
}

/** A week is what `keys rotate` gives callers to move over. */
async function renew({
  id,
  overlap = parseDuration('7d'),
  expires,
  file,
  json,
}: OfKey & { overlap?: number }): Promise<void> {
  const key = newKey(id);
  const sha256 = digest(key).toString('hex');
  let entry: ApiKeyEntry | undefined;
  await changeKeyFile(file, (entries) => {
    const rotated = rotate(entries, { id, sha256, overlapMs: overlap, expiresAt: expires });
    entry = rotated.at(-1);
    return rotated;
  });
  if (entry !== undefined) printKey(key, entry, json);
}

function list({ file, json }: OfFile): void {
  const keys = readKeyFile(file).map((entry) => {
    const { id, scopes, expiresAt, ratePerMinute } = entry;
    const state = isValid(entry) ? 'valid' : 'expired';
    return { id, fingerprint: fingerprint(entry), scopes, expiresAt, ratePerMinute, state };
  });
  if (json) return print({ keys });
  for (const { id, state, scopes, expiresAt = 'no end', ratePerMinute, fingerprint } of keys) {
    const rate = ratePerMinute === undefined ? 'default rate' : `${ratePerMinute}/min`;
    process.stdout.write(
      `${[id, state, scopes.join(','), expiresAt, rate, fingerprint].join('\t')}\n`,
    );
  }
}

async function remove({ id, old, file }: OfKey & { old?: boolean }): Promise<void> {
  await changeKeyFile(file, (entries) => revoke(entries, id, { oldOnly: old ?? false }));
}

function exportKeys({
  file,
  format,
  name,
  namespace,
}: OfFile & { format: 'kubernetes' | 'keyvault'; name: string; namespace?: string }): void {
  const entries = readKeyFile(file);
  process.stdout.write(
    format === 'keyvault' ? keyVaultValue(entries) : kubernetesSecret(entries, { name, namespace }),
  );
}

/** The key is nowhere else from here on: without --json it stands alone on standard output. */
function printKey(key: string, entry: ApiKeyEntry, json = false): void {
  if (!json) return void process.stdout.write(`${key}\n`);
  const { sha256: _, ...known } = entry;
  print({ key, ...known, fingerprint: fingerprint(entry) });
}

function print(data: object): void {
  process.stdout.write(`${JSON.stringify(data, undefined, 2)}\n`);
}
