import type { LoadedModel, ModelIdentity } from './model.kind.js';
import type { ModelManifest } from './model.manifest.js';

export type ReadyVersion = ModelIdentity & {
  state: 'ready';
  manifest: ModelManifest;
  model: LoadedModel;
};

/** A version as readers know it: it can be asked, or it was refused with the reason. */
export type ModelVersion = ReadyVersion | (ModelIdentity & { state: 'refused'; reason: string });

/** A version as the repository index tells it. */
export interface IndexedVersion extends ModelIdentity {
  readonly state: 'ready' | 'loading' | 'unloading' | 'unavailable';
  /** Why it is unavailable, or what is wrong with the folder of one that answers; else empty. */
  readonly reason: string;
}

/** What one look at a version has changed. */
export interface VersionChange extends ModelIdentity {
  readonly change: 'loaded' | 'refused' | 'removed';
  readonly reason?: string;
}

/** Where versions of one name come from and go to. */
export interface VersionSource {
  /** The versions that are there and wanted, highest first. */
  find(): Promise<readonly number[]>;
  /** Tells contents apart without reading them all; undefined while the folder is not whole. */
  fingerprint(version: number): Promise<string | undefined>;
  /** Loads and proves a version beside whatever runs. @throws with the reason */
  prove(version: number): Promise<ReadyVersion>;
  /** Ends a version that no new request can find, after those that have found it. */
  retire(version: ReadyVersion): Promise<void>;
}
