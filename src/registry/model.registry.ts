import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.module.js';
import { findVersions, fingerprint, lacksOf, versionsOf } from './model.folder.js';
import { ModelHolds } from './model.holds.js';
import type { LoadedModel, ModelKind } from './model.kind.js';
import type { ModelManifest } from './model.manifest.js';
import { ModelProver } from './model.prover.js';
import type {
  IndexedVersion,
  ModelVersion,
  ReadyVersion,
  VersionChange,
  VersionSource,
} from './model.version.js';
import { ModelVersions } from './model.versions.js';

export type { ModelVersion } from './model.version.js';

/** The versions of the models folder: found, proved, served, replaced and ended. */
@Injectable()
export class ModelRegistry implements OnApplicationShutdown {
  readonly #logger = new Logger('ModelRegistry');
  readonly #models = new Map<string, ModelVersions>();
  readonly #holds = new ModelHolds();
  readonly #prover: ModelProver;
  #loaded = false;

  constructor(@Inject(CONFIG) private readonly config: Config) {
    this.#prover = new ModelProver(config.MODELS_DIR, config.MODEL_PRECISIONS);
  }

  addKind<M extends ModelManifest>(kind: ModelKind<M>): void {
    this.#prover.addKind(kind);
  }

  /** Loads every version that the configuration asks for; refused ones stay listed. */
  async load(): Promise<void> {
    const names = this.config.MODELS ?? [...(await findVersions(this.config.MODELS_DIR)).keys()];
    const loading = names.map(async (name) => {
      const versions = this.#add(name, { wanted: true });
      if ((await versions.load()).length > 0) return;
      this.#logger.error(`model ${name}: no version found`);
    });
    await Promise.all(loading);
    this.#loaded = true;
  }

  /** Every version has been tried; what did not come up was refused. */
  get loaded(): boolean {
    return this.#loaded;
  }

  /** Every name that is to be served has a version that can score. */
  get ready(): boolean {
    const standings = [...this.#models.values()].map(({ standing }) => standing);
    const expected = standings.filter((standing) => standing !== 'unproved');
    return this.#loaded && expected.length > 0 && !expected.includes('failing');
  }

  versions(): ModelVersion[] {
    return [...this.#models.values()].flatMap((versions) => versions.list());
  }

  /** The version that answers for a name: the asked one, else the highest good one. */
  serving(name: string, version?: number): ReadyVersion | undefined {
    return this.#models.get(name)?.serving(version);
  }

  /** Loaded versions of one kind that answer for their names. */
  servingKind(kind: ModelManifest['kind']): ReadyVersion[] {
    return [...this.#models.values()]
      .flatMap((versions) => versions.serving() ?? [])
      .filter(({ model }) => model.kind === kind);
  }

  /**
   * A model stays alive while somebody holds it, also when a new version has taken over. Whoever
   * takes one out of the registry holds it until the answer is there.
   */
  hold(model: LoadedModel): Disposable {
    return this.#holds.hold(model);
  }

  /** Every version known, and those in the models folder that were not tried. */
  async index(): Promise<IndexedVersion[]> {
    const found = await findVersions(this.config.MODELS_DIR).catch(
      () => new Map<string, number[]>(),
    );
    const names = new Set([...found.keys(), ...this.#models.keys()]);
    const entries = await Promise.all(
      [...names].toSorted().map(async (name) => {
        const known = this.#models.get(name)?.index() ?? [];
        const others = this.#wanted(name, found.get(name) ?? []).filter((version) =>
          known.every((entry) => entry.version !== version),
        );
        const reason = this.#models.get(name)?.standing === 'unloaded' ? 'unloaded' : 'not loaded';
        const untried = others.map(async (version): Promise<IndexedVersion> => {
          const lack = await lacksOf(this.config.MODELS_DIR, { name, version });
          return { name, version, state: 'unavailable', reason: lack ?? reason };
        });
        return [...known, ...(await Promise.all(untried))].toSorted(
          (a, b) => b.version - a.version,
        );
      }),
    );
    return entries.flat();
  }

  /** Loads all versions of a name anew, see ModelVersions.load; none: there is no such name. */
  async reload(name: string): Promise<VersionChange[]> {
    if (!this.#isListed(name)) return [];
    const known = this.#models.get(name);
    if (known !== undefined) return known.load();
    const found = await versionsOf(this.config.MODELS_DIR, name);
    return found.length === 0 ? [] : this.#add(name, { wanted: false }).load();
  }

  /** Loads what has changed in the models folder, and names that are new there. */
  async refresh(): Promise<VersionChange[]> {
    const found = await findVersions(this.config.MODELS_DIR);
    for (const name of found.keys()) {
      if (this.#isListed(name) && !this.#models.has(name)) this.#add(name, { wanted: false });
    }
    const changes: VersionChange[] = [];
    for (const versions of this.#models.values()) changes.push(...(await versions.refresh()));
    return changes;
  }

  /** Resolves when the last request has its answer; false: no such name. */
  async unload(name: string): Promise<boolean> {
    await this.#models.get(name)?.unload();
    return this.#models.has(name);
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.#models.values()].map((versions) => versions.close()));
  }

  #add(name: string, { wanted }: { wanted: boolean }): ModelVersions {
    const root = this.config.MODELS_DIR;
    const source: VersionSource = {
      find: async () => this.#wanted(name, await versionsOf(root, name)),
      fingerprint: (version) => fingerprint(root, { name, version }),
      prove: (version) => this.#prover.prove({ name, version }),
      retire: async ({ model }) => {
        await this.#holds.released(model);
        await model.close();
      },
    };
    const versions = new ModelVersions(name, source, wanted);
    this.#models.set(name, versions);
    return versions;
  }

  #isListed(name: string): boolean {
    return this.config.MODELS?.includes(name) ?? true;
  }

  #wanted(name: string, found: readonly number[]): readonly number[] {
    if (!this.#isListed(name)) return [];
    const pinned = this.config.MODEL_VERSIONS?.get(name);
    return pinned === undefined ? found : [pinned];
  }
}
