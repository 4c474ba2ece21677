import { pointerTo, RequestError } from '../../http/request.errors.js';

/** Where in the request something is wrong, for example `['inputs', 0, 'shape']`. */
export type Place = readonly (string | number)[];

/** A request whose JSON is well formed and whose tensors are not those of the model. */
export function invalidAt(place: Place, message: string): RequestError {
  const pointer = pointerTo(place);
  return new RequestError('invalid-body', `${message} (at ${pointer}).`, [{ pointer, message }]);
}

export function notFinite(message: string): RequestError {
  return new RequestError('not-finite', message);
}
