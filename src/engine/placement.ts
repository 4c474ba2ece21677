/** One instance: the copies of the model that it holds, and where it runs. */
export interface InstancePlan {
  /**
   * Intra-op threads of each copy, the widest first. A run on its own takes the widest; where
   * others run or wait, the narrowest.
   */
  readonly threads: readonly number[];
  /** ONNX Runtime execution providers in order of preference. */
  readonly providers: readonly string[];
  /** GPU that it is pinned to. */
  readonly device: number;
}

export interface PlacementOptions {
  readonly executionProviders: readonly string[];
  /** Unset: chosen by model. */
  readonly instances: number | undefined;
  readonly threadsPerInstance: number | undefined;
  /** That the process may use. */
  readonly processors: number;
  /** That the process sees. */
  readonly gpus: number;
}

/** From this size on a model is held once: several copies would cost more memory than they gain. */
const LARGE_BYTES = 50_000_000;
/** More processes than this for one model gain nothing that threads do not. */
const MAX_NARROW = 8;

/**
 * The instances of a model of some size in bytes (docs/decisions/0008): one for each GPU; on processors
 * as many narrow ones as there are, of which the first can also run wide, or, for a large model,
 * one wide one.
 */
export function planInstances(options: PlacementOptions, bytes: number): InstancePlan[] {
  const { executionProviders: providers, processors, gpus } = options;
  const onGpu = gpus > 0 && providers[0] !== 'cpu';
  const usual = onGpu ? gpus : bytes >= LARGE_BYTES ? 1 : Math.min(processors, MAX_NARROW);
  const instances = options.instances ?? usual;
  const threads = options.threadsPerInstance ?? Math.max(1, Math.floor(processors / instances));
  const chosen = (options.instances ?? options.threadsPerInstance) !== undefined;
  return Array.from({ length: instances }, (_, at) => ({
    threads:
      at === 0 && !chosen && !onGpu && threads < processors ? [processors, threads] : [threads],
    providers,
    device: onGpu ? at % gpus : 0,
  }));
}
