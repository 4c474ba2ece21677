import type { Tensors, TensorSpec } from './tensor.js';

/** What an instance loads: ONNX files that run one after the other as one chain. */
export interface GraphChain {
  readonly files: readonly string[];
  /** ONNX Runtime execution provider. */
  readonly provider: string;
  /** Which device of the provider; the CPU has none. */
  readonly device: number;
  /** Intra-op threads of each copy of the chain that it holds, the widest first. */
  readonly threads: readonly number[];
  /** Sizes of the runs with which every copy is warmed up. */
  readonly warmRows: readonly number[];
}

export interface Signature {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}

export type ToRuntime =
  | { readonly kind: 'open'; readonly chain: GraphChain }
  /** `copy` is an index of `threads`. */
  | { readonly kind: 'run'; readonly copy: number; readonly inputs: Tensors };

export type FromRuntime =
  | { readonly kind: 'opened'; readonly signature: Signature }
  | { readonly kind: 'ran'; readonly outputs: Tensors; readonly inferMs: number }
  /** `open` or `run` failed; after `run` the instance goes on. */
  | { readonly kind: 'failed'; readonly message: string };
