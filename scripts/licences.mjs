/**
 * Prints name, version, licence and licence texts of every package under node_modules: the image
 * carries it as THIRD-PARTY-LICENCES.txt. Usage: node licences.mjs > THIRD-PARTY-LICENCES.txt
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const TEXT = /^(licen[cs]e|copying|notice)/i;
const PACKAGE = /node_modules\/(@[^/]+\/)?[^/@]+\/package\.json$/;

const manifests = readdirSync('node_modules', { recursive: true })
  .map((path) => join('node_modules', path))
  .filter((path) => PACKAGE.test(path))
  .toSorted();

for (const manifest of manifests) {
  const { name, version, license } = JSON.parse(readFileSync(manifest, 'utf8'));
  const folder = dirname(manifest);
  console.log(
    `${'='.repeat(80)}\n${name} ${version}, ${license?.type ?? license ?? 'see below'}\n`,
  );
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isFile() || !TEXT.test(entry.name)) continue;
    console.log(`${readFileSync(join(folder, entry.name), 'utf8').trim()}\n`);
  }
}
