import type { LoadedModel } from './model.kind.js';

interface Holds {
  count: number;
  released?: () => void;
}

/** Who still uses a model, so that a retired one ends after its last request. */
export class ModelHolds {
  readonly #holds = new Map<LoadedModel, Holds>();

  /** Keeps the model alive until it is disposed of; take it in the tick in which it was found. */
  hold(model: LoadedModel): Disposable {
    const holds = this.#holds.get(model) ?? { count: 0 };
    this.#holds.set(model, holds);
    holds.count += 1;
    return {
      [Symbol.dispose]: () => {
        holds.count -= 1;
        if (holds.count > 0) return;
        this.#holds.delete(model);
        holds.released?.();
      },
    };
  }

  /** Resolves when nobody holds the model; call it once, when nobody new can find it. */
  async released(model: LoadedModel): Promise<void> {
    const holds = this.#holds.get(model);
    if (holds !== undefined) await new Promise<void>((resolve) => (holds.released = resolve));
  }
}
