import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { RequestError } from './request.errors.js';

export interface BodyLimits {
  readonly maxBytes: number;
  /** Milliseconds that are left for the body to arrive. */
  readonly withinMs: number;
}

/**
 * Reads a whole body, over HTTP/1.1 and HTTP/2.
 * @throws RequestError `body-too-large` as soon as the limit is passed (by Content-Length: before
 * a byte is read), `body-incomplete` when the caller breaks off, `request-too-slow` when time is up
 */
export function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  const { maxBytes, withinMs } = limits;
  return new Promise((resolve, reject) => {
    const announced = Number(request.headers['content-length'] ?? 0);
    // The length is known but for chunked bodies: what comes is put in its place at once.
    const whole = Buffer.allocUnsafeSlow(announced <= maxBytes ? announced : 0);
    const chunks: Buffer[] = [];
    let bytes = 0;
    const settle = (code?: keyof typeof REFUSALS) => {
      clearTimeout(timer);
      request.off('data', read).off('end', end).off('error', breakOff).off('close', breakOff);
      if (code === undefined) {
        return resolve(bytes === whole.byteLength ? whole : Buffer.concat(chunks, bytes));
      }
      // Later errors of the socket have no other listener.
      request.pause().on('error', () => undefined);
      reject(new RequestError(code, REFUSALS[code](limits)));
    };
    const read = (chunk: Buffer) => {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) settle('body-too-large');
      else if (bytes <= whole.byteLength) whole.set(chunk, bytes - chunk.byteLength);
      else chunks.push(chunk);
    };
    // A reset HTTP/2 stream ends as a whole one does, but for this flag.
    const end = () => settle(request.aborted ? 'body-incomplete' : undefined);
    const breakOff = () => settle('body-incomplete');
    const timer = setTimeout(settle, Math.max(0, withinMs), 'request-too-slow');
    if (announced > maxBytes) settle('body-too-large');
    else request.on('data', read).on('end', end).on('error', breakOff).on('close', breakOff);
  });
}

const REFUSALS = {
  'body-too-large': ({ maxBytes }: BodyLimits) =>
    `The body is too large: at most ${maxBytes} bytes are accepted.`,
  'body-incomplete': () => 'The body ended before it was complete.',
  'request-too-slow': () => 'The body did not arrive in time.',
};

/** @throws RequestError `malformed-json` */
export function parseJson(body: Buffer): unknown {
  if (body.byteLength === 0) throw malformed('The body is empty: expected JSON.');
  if (!isUtf8(body)) throw malformed('The body is not UTF-8, as JSON has to be.');
  try {
    return JSON.parse(body.toString('utf8').replace(/^\ufeff/, ''));
  } catch {
    throw malformed('The body is not JSON.');
  }
}

function malformed(text: string): RequestError {
  return new RequestError('malformed-json', text);
}
