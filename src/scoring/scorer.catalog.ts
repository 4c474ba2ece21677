import { Injectable } from '@nestjs/common';
import type { ModelIdentity } from '../registry/model.kind.js';
import type { ModelManifest } from '../registry/model.manifest.js';
import { ModelRegistry } from '../registry/model.registry.js';
import type { Scenario, Scorer } from './scorer.js';
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
  precision?: string;
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
