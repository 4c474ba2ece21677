import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EngineModel } from './engine.model.js';
import type { SayLine } from './runtime.output.js';
import { type EngineObserver, type ModelLabel, UNOBSERVED } from './engine.observer.js';
import { planInstances, type PlacementOptions } from './placement.js';

export interface EngineOptions extends PlacementOptions {
  readonly queueMaxRows: number;
  /** See EngineModelOptions. */
  readonly runLimitMs: number;
  /** See EngineModelOptions. */
  readonly fellBack?: (model: ModelLabel, provider: string, reason: string) => void;
  /** Told each line that the process of an instance prints. */
  readonly say?: SayLine;
}

export interface OpenOptions {
  /** Named to the observer. */
  readonly model: ModelLabel;
  /** Absolute paths of ONNX files that run as one chain. */
  readonly files: readonly string[];
  readonly maxBatchRows: number;
  /** See EngineModelOptions; 0 by default. */
  readonly maxWaitMs?: number;
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
  async open({ maxWaitMs = 0, ...opened }: OpenOptions): Promise<EngineModel> {
    const {
      queueMaxRows,
      runLimitMs,
      say,
      fellBack = () => undefined,
      ...placement
    } = this.options;
    const plans = planInstances(placement, await bytesBeside(opened.files));
    const { observer } = this;
    const limits = { maxWaitMs, queueMaxRows, runLimitMs };
    return EngineModel.open({
      ...opened,
      ...limits,
      plans,
      observer,
      fellBack,
      say,
      program: undefined,
    });
  }
}

/** Bytes in the folders of some graphs: weights may lie in files that only the graph names. */
async function bytesBeside(graphs: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const folder of new Set(graphs.map((graph) => dirname(graph)))) {
    // What is missing is for the runtime to report.
    for (const name of await readdir(folder).catch(() => [])) {
      bytes += (await stat(join(folder, name))).size;
    }
  }
  return bytes;
}
