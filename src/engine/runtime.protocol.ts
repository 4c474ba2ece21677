import type { Tensors, TensorSpec } from './tensor.js';

/** What an instance loads: ONNX files that run one after the other as one chain. */
export interface GraphChain {
  readonly files: readonly string[];
  readonly executionProviders: readonly string[];
  readonly threads: number;
}

export interface Signature {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}

export type ToRuntime =
  | { readonly kind: 'open'; readonly chain: GraphChain }
  | { readonly kind: 'run'; readonly inputs: Tensors };

export type FromRuntime =
  | { readonly kind: 'opened'; readonly signature: Signature }
  | { readonly kind: 'ran'; readonly outputs: Tensors; readonly inferMs: number }
  /** `open` or `run` failed; after `run` the instance goes on. */
  | { readonly kind: 'failed'; readonly message: string };
