import { pointerTo, RequestError } from '../../http/request.errors.js';

/** Where in the request something is wrong, for example `['inputs', 0, 'shape']`. */
export type Place = readonly (string | number)[];

/** Makes the error of what is wrong with one tensor. */
export type Complain = (message: string) => RequestError;

/** A request whose JSON is well formed and whose tensors are not those of the model. */
export function invalidAt(place: Place, message: string): RequestError {
  const pointer = pointerTo(place);
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return new RequestError('invalid-body', `${text} (at ${pointer || 'the body'}).`, [
    { pointer, message },
  ]);
}

export function notFinite(message: string): RequestError {
  return new RequestError('not-finite', message);
}
