import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.module.js';
import { findVersions, readFolder, readGolden } from './model.folder.js';
import type { LoadedModel, ModelIdentity, ModelKind } from './model.kind.js';
import type { ModelManifest } from './model.manifest.js';

/** A version as the repository knows it: being served, or refused with the reason. */
export type ModelVersion =
  | (ModelIdentity & { state: 'ready'; manifest: ModelManifest; model: LoadedModel })
  | (ModelIdentity & { state: 'refused'; reason: string });

/** Finds, checks, loads and proves the versions of the models folder. */
@Injectable()
export class ModelRegistry implements OnApplicationShutdown {
  readonly #logger = new Logger('ModelRegistry');
  readonly #kinds = new Map<ModelManifest['kind'], ModelKind>();
  /** By name, versions in descending order; the first that is ready serves. */
  readonly #models = new Map<string, ModelVersion[]>();
  #loaded = false;

  constructor(@Inject(CONFIG) private readonly config: Config) {}

  addKind<M extends ModelManifest>(kind: ModelKind<M>): void {
    this.#kinds.set(kind.kind, kind as unknown as ModelKind);
  }

  /** Loads every version that the configuration asks for; refused ones stay listed. */
  async load(): Promise<void> {
    const found = await findVersions(this.config.MODELS_DIR);
    const names = this.config.MODELS ?? [...found.keys()];
    await Promise.all(names.map((name) => this.#loadName(name, found.get(name) ?? [])));
    this.#loaded = true;
  }

  /** Every version has been tried; what did not come up was refused. */
  get loaded(): boolean {
    return this.#loaded;
  }

  /** Every served name has a version that can score. */
  get ready(): boolean {
    if (!this.#loaded || this.#models.size === 0) return false;
    return [...this.#models.keys()].every((name) => this.serving(name)?.model.healthy === true);
  }

  versions(): ModelVersion[] {
    return [...this.#models.values()].flat();
  }

  /** The version that answers for a name: the asked one, else the highest good one. */
  serving(name: string, version?: number) {
    return this.#models
      .get(name)
      ?.filter((candidate) => candidate.state === 'ready')
      .find((candidate) => version === undefined || candidate.version === version);
  }

  /** Loaded versions of one kind that answer for their names. */
  servingKind(kind: ModelManifest['kind']) {
    return [...this.#models.keys()]
      .map((name) => this.serving(name))
      .filter((entry) => entry?.model.kind === kind);
  }

  async onApplicationShutdown(): Promise<void> {
    const ready = this.versions().filter((version) => version.state === 'ready');
    await Promise.all(ready.map(({ model }) => model.close()));
  }

  async #loadName(name: string, found: readonly number[]): Promise<void> {
    const pinned = this.config.MODEL_VERSIONS?.get(name);
    const versions = pinned === undefined ? found : [pinned];
    if (versions.length === 0) this.#logger.error(`model ${name}: no version found`);
    this.#models.set(name, []);
    const loading = versions.map((version) => this.#loadVersion({ name, version }));
    this.#models.set(name, await Promise.all(loading));
  }

  async #loadVersion(identity: ModelIdentity): Promise<ModelVersion> {
    const label = `model ${identity.name} version ${identity.version}`;
    const started = performance.now();
    try {
      const ready = await this.#prove(identity);
      this.#logger.log(`${label} is ready after ${Math.round(performance.now() - started)} ms`);
      return ready;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#logger.error(`${label} is refused: ${reason}`);
      return { ...identity, state: 'refused', reason };
    }
  }

  async #prove(identity: ModelIdentity): Promise<ModelVersion> {
    const folder = await readFolder(this.config.MODELS_DIR, identity);
    const kind = this.#kinds.get(folder.manifest.kind);
    if (kind === undefined) throw new Error(`kind ${folder.manifest.kind} is not served`);
    const golden = await readGolden(this.config.MODELS_DIR, identity);
    const model = await kind.load(folder);
    try {
      await model.verify(golden);
    } catch (error) {
      await model.close();
      throw error;
    }
    return { ...identity, state: 'ready', manifest: folder.manifest, model };
  }
}
