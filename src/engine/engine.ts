import { EngineModel } from './engine.model.js';
import { type EngineObserver, type ModelLabel, UNOBSERVED } from './engine.observer.js';

export interface EngineOptions {
  readonly executionProviders: readonly string[];
  readonly instances: number;
  readonly threadsPerInstance: number;
  readonly queueMaxRows: number;
}

export interface OpenOptions {
  /** Named to the observer. */
  readonly model: ModelLabel;
  /** Absolute paths of ONNX files that run as one chain. */
  readonly files: readonly string[];
  readonly maxBatchRows: number;
  /** Called before an instance is started again; where it rejects, that is tried again later. */
  readonly beforeRestart?: () => Promise<void>;
}

/** Opens graphs; knows tensors, neither features nor HTTP. */
export class Engine {
  constructor(
    private readonly options: EngineOptions,
    private readonly observer: EngineObserver = UNOBSERVED,
  ) {}

  /** @throws EngineError `load-failed` */
  open({ files, ...open }: OpenOptions): Promise<EngineModel> {
    const { executionProviders, instances, threadsPerInstance, queueMaxRows } = this.options;
    const chain = { files, executionProviders, threads: threadsPerInstance };
    const { observer } = this;
    return EngineModel.open({ ...open, chain, instances, queueMaxRows, observer });
  }
}
