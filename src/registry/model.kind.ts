import type { EngineWork } from '../engine/engine.model.js';
import type { ModelManifest, Precision } from './model.manifest.js';

/** Which model answers; the version is the folder's number. */
export interface ModelIdentity {
  readonly name: string;
  readonly version: number;
  /** Of the graphs that answer. */
  readonly precision?: Precision;
}

/** A version's folder, its files already checked against their checksums. */
export interface ModelFolder<M extends ModelManifest = ModelManifest> {
  readonly identity: ModelIdentity;
  readonly manifest: M;
  /** Absolute path of a file that the manifest names. */
  path(file: string): string;
  /** @throws when the files are no longer those that were checked */
  recheck(): Promise<void>;
}

/** A version that is loaded; each kind adds how it scores. */
export interface LoadedModel {
  readonly kind: ModelManifest['kind'];
  readonly identity: ModelIdentity;
  /** False while it cannot score, for example while its instances restart. */
  readonly healthy: boolean;
  /** What its engine has to do at this moment. */
  readonly work: EngineWork;
  /**
   * Scores the inputs of `golden.json`.
   * @throws GoldenError when an answer is not the expected one
   */
  verify(golden: unknown): Promise<void>;
  /** Ends after the work in flight. */
  close(): Promise<void>;
}

/** How models of a kind are loaded; a kind's module registers one with the registry. */
export interface ModelKind<M extends ModelManifest = ModelManifest> {
  readonly kind: M['kind'];
  load(folder: ModelFolder<M>): Promise<LoadedModel>;
}

/** A golden input was answered otherwise than `golden.json` says. */
export class GoldenError extends Error {
  constructor(input: string, expected: string, got: string) {
    super(`golden input ${input}: expected ${expected}, got ${got}`);
    this.name = 'GoldenError';
  }
}
