import { RequestError } from './request.errors.js';

/** Characters decoded at a time: strings of this length are cheap, those of an image are not. */
const CHUNK = 32_768;
const DATA_URL = /^data:[^,]{0,256};base64,/i;
const PYTHON_BYTES = /^b(['"])([^]*)\1$/;
const QUOTED = /^(['"])([^]*)\1$/;
const LIFTED = /^lifted base64 #(\d{1,4})\.*$/;
const PADDING = '='.charCodeAt(0);

/** Images of a body that were decoded before its JSON was parsed; undefined where base64 was broken. */
export type LiftedBytes = readonly (Buffer | undefined)[];

/** Longer than any question may be: a text that is lifted could only have been an image. */
export const LIFTED_LENGTH = 10_240;

/**
 * Stands in a body for bytes that were lifted out of it. It is no base64 itself, and as long as the
 * shortest text that is lifted, so that limits of length still hold.
 */
export function referenceTo(index: number): string {
  return `lifted base64 #${index}`.padEnd(LIFTED_LENGTH, '.');
}

export function isReference(text: string): boolean {
  return LIFTED.test(unwrap(text));
}

/**
 * Decodes an image in base64: the standard or URL alphabet, with or without padding, with white
 * space and MIME line breaks, as a data: URL, in quotes or written as Python bytes `b'…'`.
 * @param pointer JSON pointer of the member, for the error
 * @param lifted what references in the body stand for
 * @throws RequestError `bad-base64`
 */
export function decodeBase64(text: string, pointer: string, lifted: LiftedBytes = []): Buffer {
  const payload = unwrap(text.trim());
  const [, index] = LIFTED.exec(payload) ?? [];
  const bytes = index === undefined ? decodeText(payload) : lifted[Number(index)];
  if (bytes !== undefined) return bytes;
  const message = payload === '' ? 'is empty' : 'is not valid base64';
  throw new RequestError('bad-base64', `The image at ${pointer} ${message}.`, [
    { pointer, message },
  ]);
}

/** Decodes base64 of the standard or URL alphabet, without white space. Undefined for other bytes. */
export function decodeDense(base64: Buffer): Buffer | undefined {
  const { length } = base64;
  const padding = base64.at(-2) === PADDING ? 2 : base64.at(-1) === PADDING ? 1 : 0;
  // One character alone holds six bits of a byte.
  if ((length - padding) % 4 === 1) return undefined;
  const bytes = Buffer.allocUnsafeSlow(exactBytes(length - padding));
  let to = 0;
  // Node skips what is no base64: fewer bytes then come out than the characters stand for.
  for (let at = 0; at < length; at += CHUNK) {
    const text = base64.toString('latin1', at, Math.min(length, at + CHUNK));
    to += bytes.write(text, to, 'base64');
    if (at + CHUNK < length && to !== exactBytes(at + CHUNK)) return undefined;
  }
  return to === bytes.byteLength && to > 0 ? bytes : undefined;
}

function unwrap(text: string): string {
  const quoted = PYTHON_BYTES.exec(text)?.[2] ?? QUOTED.exec(text)?.[2] ?? text;
  return quoted.replace(DATA_URL, '');
}

/** Only odd texts pay for the search of white space. */
function decodeText(payload: string): Buffer | undefined {
  const dense = decodeDense(Buffer.from(payload));
  if (dense !== undefined || !/\s/.test(payload)) return dense;
  return decodeDense(Buffer.from(payload.replace(/\s+/g, '')));
}

/** Bytes that this many base64 characters stand for. */
function exactBytes(characters: number): number {
  return Math.floor((characters * 3) / 4);
}
