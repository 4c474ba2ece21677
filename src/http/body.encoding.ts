import { promisify } from 'node:util';
import { constants, gzip, inflate, gunzip, deflate } from 'node:zlib';
import { RequestError } from './request.errors.js';

const INFLATE = { gzip: promisify(gunzip), deflate: promisify(inflate) };
const DEFLATE = { gzip: promisify(gzip), deflate: promisify(deflate) };

/** Shorter answers would gain nothing. */
const WORTH_BYTES = 1_024;

export type Coding = keyof typeof INFLATE;

/**
 * Undoes the Content-Encoding of a body.
 * @throws RequestError `unsupported-media-type`, `body-too-large` as soon as more than `maxBytes`
 * come out, `body-incomplete` when the bytes are not what the header says
 */
export async function decodeBody(
  body: Buffer,
  encoding: string | undefined,
  maxBytes: number,
): Promise<Buffer> {
  const coding = encoding?.trim().toLowerCase() ?? 'identity';
  if (coding === 'identity' || coding === '') return body;
  if (!isCoding(coding)) {
    const text = 'The Content-Encoding is not accepted: expected gzip, deflate or none.';
    throw new RequestError('unsupported-media-type', text);
  }
  try {
    return await INFLATE[coding](body, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      const text = `The body is too large: at most ${maxBytes} bytes are accepted, inflated.`;
      throw new RequestError('body-too-large', text);
    }
    throw new RequestError('body-incomplete', `The body is not ${coding}, or it is cut off.`);
  }
}

/** The coding of an answer that a caller prefers (RFC 9110, 12.5.3); undefined: none. */
export function codingOf(accepted: string | undefined, bytes: number): Coding | undefined {
  if (accepted === undefined || bytes < WORTH_BYTES) return undefined;
  const offered = accepted.split(',').flatMap((part) => {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    const isRefused = parameters.some((text) => /^q=0(\.0*)?$/.test(text));
    return isRefused ? [] : [name];
  });
  return offered.includes('gzip') ? 'gzip' : offered.find(isCoding);
}

/** Fast rather than small: who asks for it waits for the answer. */
export function encodeBody(body: Uint8Array, coding: Coding): Promise<Buffer> {
  return DEFLATE[coding](body, { level: constants.Z_BEST_SPEED });
}

function isCoding(name: string): name is Coding {
  return Object.hasOwn(INFLATE, name);
}
