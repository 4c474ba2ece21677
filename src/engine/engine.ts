import { EngineModel } from './engine.model.js';

export interface EngineOptions {
  readonly executionProviders: readonly string[];
  readonly instances: number;
  readonly threadsPerInstance: number;
  readonly queueMaxRows: number;
}

/** Opens graphs; knows tensors, neither features nor HTTP. */
export class Engine {
  constructor(private readonly options: EngineOptions) {}

  /**
   * @param files absolute paths of ONNX files that run as one chain
   * @throws EngineError `load-failed`
   */
  open(files: readonly string[], maxBatchRows: number): Promise<EngineModel> {
    const { executionProviders, instances, threadsPerInstance, queueMaxRows } = this.options;
    const chain = { files, executionProviders, threads: threadsPerInstance };
    return EngineModel.open({ chain, instances, maxBatchRows, queueMaxRows });
  }
}
