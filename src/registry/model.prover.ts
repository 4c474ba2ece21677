import { Logger } from '@nestjs/common';
import { readFolder, readGolden } from './model.folder.js';
import type { ModelFolder, ModelIdentity, ModelKind } from './model.kind.js';
import type { ModelManifest, Precision } from './model.manifest.js';
import { variantGolden, withPrecision } from './model.variant.js';
import type { ReadyVersion } from './model.version.js';

/** Loads a version and lets it show that it is what its folder says. */
export class ModelProver {
  readonly #logger = new Logger('ModelRegistry');
  readonly #kinds = new Map<ModelManifest['kind'], ModelKind>();

  constructor(
    private readonly root: string,
    private readonly precisions: ReadonlyMap<string, Precision> = new Map(),
  ) {}

  addKind<M extends ModelManifest>(kind: ModelKind<M>): void {
    this.#kinds.set(kind.kind, kind as unknown as ModelKind);
  }

  /** @throws with the reason, also logged: manifest, checksums, graphs or golden answers are wrong */
  async prove(identity: ModelIdentity): Promise<ReadyVersion> {
    const label = `model ${identity.name} version ${identity.version}`;
    const started = performance.now();
    try {
      const ready = await this.#load(identity);
      this.#logger.log(`${label} is ready after ${Math.round(performance.now() - started)} ms`);
      return ready;
    } catch (error) {
      this.#logger.error(
        `${label} is refused: ${error instanceof Error ? error.message : String(error)}`,
      );
      throw error;
    }
  }

  async #load(identity: ModelIdentity): Promise<ReadyVersion> {
    const precision = this.precisions.get(identity.name);
    const checked = await readFolder(this.root, identity);
    const folder = withPrecision(this.#told(checked), precision);
    const kind = this.#kinds.get(folder.manifest.kind);
    if (kind === undefined) throw new Error(`kind ${folder.manifest.kind} is not served`);
    const golden = variantGolden(await readGolden(this.root, identity), folder);
    const model = await kind.load(folder);
    try {
      await model.verify(golden);
    } catch (error) {
      await model.close();
      throw error;
    }
    return { ...identity, state: 'ready', manifest: folder.manifest, model };
  }

  /** An instance that cannot be started again because its files have changed must be seen. */
  #told(folder: ModelFolder): ModelFolder {
    const { name, version } = folder.identity;
    const recheck = () =>
      folder.recheck().catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        this.#logger.error(`model ${name} version ${version} cannot be started again: ${reason}`);
        throw error;
      });
    return { ...folder, recheck };
  }
}
