import { ModelFolderError } from './model.folder.js';
import type { ModelFolder } from './model.kind.js';
import type { Precision } from './model.manifest.js';

/**
 * The folder with the graphs of the asked precision in the place of its own; all else is shared.
 * @param precision undefined: the version's own
 * @throws ModelFolderError when the version has no graphs of this precision
 */
export function withPrecision(folder: ModelFolder, precision: Precision | undefined): ModelFolder {
  const { manifest } = folder;
  if (precision === undefined || precision === manifest.precision) return folder;
  const variant = manifest.variants?.find((one) => one.precision === precision);
  if (variant === undefined) {
    const has = [manifest, ...(manifest.variants ?? [])].map((one) => one.precision).join(', ');
    throw new ModelFolderError(`no graphs in ${precision}: the version has ${has}`);
  }
  const { graphs, accuracy } = variant;
  return {
    identity: { ...folder.identity, precision },
    manifest: { ...manifest, precision, graphs, accuracy },
    path: (file) => folder.path(file),
    recheck: () => folder.recheck(),
  };
}

/** Golden answers are those of the version's own graphs: a variant may be as far off as it declares. */
export function variantGolden(golden: unknown, { manifest, identity }: ModelFolder): unknown {
  const variant = manifest.variants?.find((one) => one.precision === identity.precision);
  if (variant === undefined || typeof golden !== 'object') return golden;
  return { ...golden, tolerance: variant.tolerance };
}
