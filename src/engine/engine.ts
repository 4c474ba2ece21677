import { EngineModel } from './engine.model.js';
import type { SayLine } from './runtime.output.js';
import { type EngineObserver, type ModelLabel, UNOBSERVED } from './engine.observer.js';

export interface EngineOptions {
  readonly executionProviders: readonly string[];
  readonly instances: number;
  readonly threadsPerInstance: number;
  readonly queueMaxRows: number;
  /** Told each line that the process of an instance prints. */
  readonly say?: SayLine;
}

export interface OpenOptions {
  /** Named to the observer. */
  readonly model: ModelLabel;
  /** Absolute paths of ONNX files that run as one chain. */
  readonly files: readonly string[];
  readonly maxBatchRows: number;
}

/** Opens graphs; knows tensors, neither features nor HTTP. */
export class Engine {
  constructor(
    private readonly options: EngineOptions,
    private readonly observer: EngineObserver = UNOBSERVED,
  ) {}

  /** @throws EngineError `load-failed` */
  open({ model, files, maxBatchRows }: OpenOptions): Promise<EngineModel> {
    const { executionProviders, instances, threadsPerInstance, queueMaxRows, say } = this.options;
    const chain = { files, executionProviders, threads: threadsPerInstance };
    const { observer } = this;
    return EngineModel.open({ model, chain, instances, maxBatchRows, queueMaxRows, observer, say });
  }
}
