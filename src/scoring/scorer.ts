import type { Tensor, Tensors, TensorSpec } from '../engine/tensor.js';
import type { LoadedModel } from '../registry/model.kind.js';

/** Milliseconds spent in the phases of one request, and its work; absent phases did not happen. */
export interface Timings {
  auth?: number;
  decode?: number;
  queue?: number;
  infer?: number;
  /** Rows that it had in the engine. */
  rows?: number;
  /** Rows of the largest run that it was in, with those of other callers. */
  batchRows?: number;
}

/** What goes along with an input on its way through a scorer. */
export interface ScoreCall {
  /** Aborts when the caller hangs up or its deadline passes. */
  readonly signal: AbortSignal;
  readonly timings: Timings;
  /** `performance.now()` at its deadline; unset: none. */
  readonly deadlineAt?: number | undefined;
  /** Who asks; the queue is fair among principals. */
  readonly principal?: string | undefined;
}

export interface FaqMatch {
  readonly id: string;
  readonly answerId: string;
  readonly question: string;
  readonly answer: string;
  /** 0 to 1. */
  readonly probability: number;
}

export interface Prediction {
  /** Column of the classifier. */
  readonly index: number;
  /** WordNet id, such as n02127052. */
  readonly wnid: string;
  /** All names of the class, separated by commas. */
  readonly label: string;
  /** 0 to 1. */
  readonly probability: number;
}

/** Inputs and results of the scoring scenarios; a new kind adds its line here. */
export interface Scenarios {
  faq: {
    input: { readonly question: string; readonly top?: number };
    result: {
      /** False when no original is similar enough to the question. */
      readonly answered: boolean;
      /** Of the question and the nearest original, -1 to 1; the model says by which measure. */
      readonly similarity: number;
      /** Highest probability first. */
      readonly matches: readonly FaqMatch[];
    };
  };
  vision: {
    input: { readonly image: Uint8Array; readonly top: number };
    /** Highest probability first. */
    result: { readonly predictions: readonly Prediction[] };
  };
}

export type Scenario = keyof Scenarios;

/** Encoded files as the elements of a BYTES tensor. */
export interface FileTensor {
  readonly datatype: 'BYTES';
  readonly shape: readonly number[];
  readonly files: readonly Uint8Array[];
}

export type InferInputs = Readonly<Record<string, Tensor | FileTensor>>;

/** The face that every kind shows to the Open Inference Protocol: named tensors in and out. */
export interface ServedModel extends LoadedModel {
  /** A first dimension of -1 counts rows. */
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** Rows that a request may hold. */
  readonly maxRows: number;
  /** Class names in index order, where the model is a classifier. */
  readonly labels?: readonly string[] | undefined;
  /** Names of inputs that may also come as BYTES [N] of files, which the model decodes itself. */
  readonly files?: readonly string[] | undefined;
  /** Inputs that it is known to answer, short enough to be shown; there once it is verified. */
  readonly example?: InferInputs | undefined;
  /**
   * @param inputs at least one row, already checked against `inputs`; files only where `files` says
   * @throws ScoringError when an input cannot be scored, EngineError when the engine cannot
   */
  infer(inputs: InferInputs, call: ScoreCall): Promise<Tensors>;
}

/** The port between the protocols and the models of a scenario. */
export interface Scorer<S extends Scenario = Scenario> extends LoadedModel {
  readonly kind: S;
  /** @throws ScoringError when the input cannot be scored, EngineError when the engine cannot */
  score(input: Scenarios[S]['input'], call: ScoreCall): Promise<Scenarios[S]['result']>;
}
