/** The file cannot be served as it is; the message says why and what to do. */
export class ModelAddError extends Error {
  override readonly name = 'ModelAddError';
}
