export type ScoringErrorCode =
  /** Nothing to score is left of a text, or it is out of bounds. */
  | 'bad-text'
  /** A tensor is not one that the model takes. */
  | 'bad-tensor'
  /** The bytes are not an image that can be read. */
  | 'bad-image'
  /** The image has more pixels than are allowed. */
  | 'image-too-large'
  /** No such model or version of the kind. */
  | 'model-not-found'
  /** A version that was asked to be loaded is not good. */
  | 'model-refused'
  /** Several models of the kind and none chosen. */
  | 'model-ambiguous'
  /** The models are still loading, or the chosen one was refused. */
  | 'not-ready'
  /** The deadline passed before the answer was there. */
  | 'deadline-passed'
  /** The caller hung up. */
  | 'caller-gone';

/** The message is meant for the caller: it names what came and what was expected, never the input. */
export class ScoringError extends Error {
  constructor(
    readonly code: ScoringErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'ScoringError';
  }
}
