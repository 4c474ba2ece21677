import { Injectable } from '@nestjs/common';
import type { ModelIdentity } from '../registry/model.kind.js';
import type { ModelManifest } from '../registry/model.manifest.js';
import { ModelRegistry } from '../registry/model.registry.js';
import type { Scenario, Scorer, ServedModel } from './scorer.js';
import { ScoringError } from './scoring.errors.js';

/** A caller's choice among the served models. */
export interface ModelChoice {
  readonly model?: string | undefined;
  readonly version?: number | undefined;
}

/** What callers are told of a version. */
export interface ModelListing extends ModelIdentity {
  state: 'ready' | 'refused';
  /** Whether it answers when no version is chosen. */
  serving: boolean;
  kind?: ModelManifest['kind'];
  title?: string;
  /** SPDX expression. */
  licence?: string;
  source?: string;
  files?: ModelManifest['files'];
  accuracy?: ModelManifest['accuracy'];
  /** ONNX Runtime execution providers of its instances. */
  providers?: readonly string[];
}

/** Finds the scorer that answers: the chosen one, else the one named as its kind, else the only one. */
@Injectable()
export class ScorerCatalog {
  constructor(private readonly registry: ModelRegistry) {}

  /** @throws ScoringError `model-not-found`, `model-ambiguous` or `not-ready` */
  find<S extends Scenario>(kind: S, choice: ModelChoice): Scorer<S> {
    const entry =
      choice.model === undefined
        ? (this.registry.serving(kind, choice.version) ?? this.#only(kind, choice.version))
        : this.registry.serving(choice.model, choice.version);
    if (entry?.model.kind === kind) return entry.model as Scorer<S>;
    if (!this.registry.loaded) {
      throw new ScoringError('not-ready', 'The models are still being loaded.');
    }
    throw new ScoringError(
      'model-not-found',
      `No ${kind} model answers for this choice of model and version; GET /v1/models lists them.`,
    );
  }

  /**
   * The model of any kind that answers for a name.
   * @throws ScoringError `model-not-found` or `not-ready`
   */
  findServed(name: string, version?: number): ServedModel {
    const entry = this.registry.serving(name, version);
    // Every kind shows this face; LoadedModel is what the registry needs of it.
    if (entry !== undefined) return entry.model as ServedModel;
    if (!this.registry.loaded) {
      throw new ScoringError('not-ready', 'The models are still being loaded.');
    }
    const versions = this.servedVersions(name);
    throw new ScoringError(
      'model-not-found',
      versions.length === 0
        ? 'No served model has this name; GET /v1/models lists them.'
        : `The model has no such version: it serves ${versions.join(', ')}.`,
    );
  }

  /** Versions of a name that may be asked for, highest first. */
  servedVersions(name: string): number[] {
    const ready = this.registry.versions().filter((entry) => entry.state === 'ready');
    return ready.filter((entry) => entry.name === name).map((entry) => entry.version);
  }

  /** Take it in the tick of `find`: a model that is replaced ends after the last one who holds it. */
  hold(scorer: Scorer | ServedModel): Disposable {
    return this.registry.hold(scorer);
  }

  list(): ModelListing[] {
    return this.registry.versions().map((entry) => {
      const { name, version, state } = entry;
      if (entry.state === 'refused') return { name, version, state, serving: false };
      const serving = this.registry.serving(name)?.version === version;
      const { kind, title, precision, licence, source, files, accuracy } = entry.manifest;
      const facts = { kind, title, precision, licence: licence.spdx, source, files, accuracy };
      const { providers } = entry.model.work;
      return { name, version, state, serving, ...facts, providers };
    });
  }

  #only(kind: Scenario, version: number | undefined) {
    const [first, second] = this.registry.servingKind(kind);
    if (second !== undefined) {
      throw new ScoringError(
        'model-ambiguous',
        `Several ${kind} models are served: choose one with ?model=NAME; GET /v1/models lists them.`,
      );
    }
    return first && this.registry.serving(first.name, version);
  }
}
