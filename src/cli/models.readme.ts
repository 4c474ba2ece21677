import type { CatalogueEntry } from '../registry/model.catalogue.js';
import { modelManifest } from '../registry/model.manifest.js';

/** README.md of a pulled version: where it comes from and how much its golden answers say. */
export function pulledReadme(name: string, entry: CatalogueEntry): string {
  const files = entry.downloads.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 }));
  const manifest = modelManifest.parse({ ...entry.manifest, files });
  const accuracy = manifest.accuracy.map(({ metric, value, dataset, note }) =>
    `- ${metric}: ${value}, ${dataset}. ${note ?? ''}`.trim(),
  );
  return [
    `# ${name}, version ${entry.version}: ${manifest.title}`,
    '',
    `**Origin.** ${manifest.source}. Brought here by \`nestor models pull ${name}\`, which checked:`,
    '',
    ...files.map(({ path, bytes, sha256 }) => `- \`${path}\`: ${bytes} bytes, SHA-256 ${sha256}`),
    '',
    `**Licence.** ${manifest.licence.spdx}.`,
    '',
    '**Accuracy.**',
    '',
    ...(accuracy.length > 0 ? accuracy : ['- None is stated.']),
    '',
    '**Golden answers.** No reference answers come with this model. Those in `golden.json` are its ' +
      'own first ones where it was pulled, taken after each photograph had shown an expected class ' +
      'among the first five. They guard against damage and against another runtime that answers ' +
      'otherwise; they do not prove the model right.',
    '',
  ].join('\n');
}
