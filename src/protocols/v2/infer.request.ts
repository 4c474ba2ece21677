import type { Datatype, TensorSpec } from '../../engine/tensor.js';
import type { InferInputs, ServedModel } from '../../scoring/scorer.js';

/** What reading a request and writing its answer need to know of the model; can go to a thread. */
export interface ModelFace {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly files: readonly string[];
  readonly maxRows: number;
}

export function faceOf({ inputs, outputs, files = [], maxRows }: ServedModel): ModelFace {
  return { inputs, outputs, files, maxRows };
}

/** An output that the caller wants. */
export interface WantedOutput {
  readonly name: string;
  readonly binary: boolean;
  /** How many of the largest values, by name and number instead of the tensor. */
  readonly classes?: number | undefined;
}

/** A request whose tensors fit the model. */
export interface InferRequest {
  readonly id?: string | undefined;
  readonly inputs: InferInputs;
  readonly outputs: readonly WantedOutput[];
  /** Milliseconds from the arrival. */
  readonly timeoutMs?: number | undefined;
}

/** `FP32 [-1, 224, 224, 3]` */
export function formOf(datatype: Datatype | 'BF16', shape: readonly number[]): string {
  return `${datatype} [${shape.join(', ')}]`;
}
