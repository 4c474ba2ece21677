import { cpSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './cli.js';

/** A models folder with those of the repository and the identity of every datatype in two versions. */
export function modelsFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nestor-models-'));
  for (const name of ['faq', 'vision']) symlinkSync(join(ROOT, 'models', name), join(folder, name));
  for (const version of ['1', '2']) {
    const fixture = join(ROOT, 'test/fixtures/models/identity/1');
    cpSync(fixture, join(folder, 'identity', version), { recursive: true });
  }
  return folder;
}
