import { RequestError } from '../http/request.errors.js';

const DATA_URL = /^data:[^,]{0,256};base64,/i;
const PYTHON_BYTES = /^b(['"])([^]*)\1$/;
const QUOTED = /^(['"])([^]*)\1$/;

/**
 * Decodes an image in base64: the standard or URL alphabet, with or without padding, with white
 * space and MIME line breaks, as a data: URL, in quotes or written as Python bytes `b'…'`.
 * @param pointer JSON pointer of the member, for the error
 * @throws RequestError `bad-base64`
 */
export function decodeBase64(text: string, pointer: string): Buffer {
  const payload = unwrap(text.trim());
  const bytes = Buffer.from(payload, 'base64');
  if (bytes.byteLength > 0 && isWhole(payload, bytes.byteLength)) return bytes;
  const message = payload === '' ? 'is empty' : 'is not valid base64';
  throw new RequestError('bad-base64', `The image at ${pointer} ${message}.`, [
    { pointer, message },
  ]);
}

function unwrap(text: string): string {
  const quoted = PYTHON_BYTES.exec(text)?.[2] ?? QUOTED.exec(text)?.[2] ?? text;
  return quoted.replace(DATA_URL, '');
}

/**
 * Node skips what is no base64 and stops at the first padding: the count of decoded bytes tells
 * whether every character counted. Only odd texts pay for the search of white space.
 */
function isWhole(payload: string, bytes: number): boolean {
  if (exactBytes(payload) === bytes) return true;
  const dense = payload.replace(/\s+/g, '');
  return exactBytes(dense) === bytes && /^[A-Za-z0-9+/_-]+={0,2}$/.test(dense);
}

/** Bytes that this many base64 characters stand for. */
function exactBytes(text: string): number {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return Math.floor(((text.length - padding) * 3) / 4);
}
