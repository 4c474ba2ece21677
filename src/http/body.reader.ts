import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { RequestError } from './request.errors.js';

/**
 * Reads a whole body.
 * @throws RequestError `body-too-large` as soon as the limit is passed (by Content-Length: before
 * a byte is read), `body-incomplete` when the caller breaks off
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = new RequestError(
    'body-too-large',
    `The body is too large: at most ${maxBytes} bytes are accepted.`,
  );
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge;
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) break;
      chunks.push(chunk);
    }
  } catch {
    throw new RequestError('body-incomplete', 'The body ended before it was complete.');
  }
  if (bytes > maxBytes) throw tooLarge;
  return Buffer.concat(chunks, bytes);
}

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
