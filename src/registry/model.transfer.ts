import { createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const MAX_REDIRECTS = 5;
const LOCAL_HOSTS = new Set(['127.0.0.1', 'localhost', '[::1]']);
const PASSING_STATUS = new Set([408, 425, 429]);

/** An attempt failed; `final` where the same URL would fail again. */
export class TransferError extends Error {
  override readonly name = 'TransferError';

  constructor(
    message: string,
    readonly final: boolean,
  ) {
    super(message);
  }
}

export interface TransferOptions {
  readonly signal: AbortSignal;
  /** Told the bytes that the part holds, with every chunk. */
  readonly onProgress: (received: number) => void;
}

/** https anywhere, plain http on this machine only. */
export function isAllowedUrl(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOCAL_HOSTS.has(url.hostname));
}

/** The size of a file; 0 where there is none. */
export async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/**
 * Makes one attempt to complete `part` to `bytes` bytes, after those that it holds.
 * @throws TransferError, or the reason of the signal, or an error of the file system
 */
export async function transfer(
  url: string,
  part: string,
  bytes: number,
  { signal, onProgress }: TransferOptions,
): Promise<void> {
  const held = await sizeOf(part);
  try {
    const response = await request(new URL(url), held, signal);
    if (response.status === 416) await rm(part, { force: true });
    const start = startOf(response, held, bytes);
    await write(response, part, { start, bytes, signal, onProgress });
  } catch (error) {
    signal.throwIfAborted();
    // fetch and its body report every network failure as a TypeError.
    if (error instanceof TypeError) throw new TransferError(networkReason(error), false);
    throw error;
  }
  const received = await sizeOf(part);
  if (received < bytes) throw new TransferError(`it ended after ${received} bytes`, false);
}

/**
 * Where the answer's body begins in the file.
 * @param held bytes that were not asked for again; 0 asked for the whole file
 * @throws TransferError when the answer is of no use
 */
export function startOf(
  { status, statusText, headers }: Pick<Response, 'status' | 'statusText' | 'headers'>,
  held: number,
  bytes: number,
): number {
  if (status === 206) {
    const [, from, size] =
      /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get('content-range') ?? '') ?? [];
    if (size !== undefined && size !== '*' && Number(size) !== bytes) throw wrongSize(size, bytes);
    if (held > 0 && Number(from) === held) return held;
    throw new TransferError('it sent another range than the one asked for', true);
  }
  if (status === 200) {
    const size = headers.get('content-length');
    if (size !== null && Number(size) !== bytes) throw wrongSize(size, bytes);
    return 0;
  }
  const passing = status >= 500 || PASSING_STATUS.has(status) || (status === 416 && held > 0);
  throw new TransferError(`the server answered ${`${status} ${statusText}`.trim()}`, !passing);
}

/** Follows redirects by hand, so that each hop is checked. */
async function request(url: URL, held: number, signal: AbortSignal): Promise<Response> {
  // Without it a server may compress, and lengths and ranges would count other bytes.
  const headers = {
    'accept-encoding': 'identity',
    ...(held > 0 ? { range: `bytes=${held}-` } : {}),
  };
  let target = url;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops += 1) {
    if (!isAllowedUrl(target)) {
      throw new TransferError(
        `it led to ${target.protocol}//${target.host}, which is not https`,
        true,
      );
    }
    const response = await fetch(target, { redirect: 'manual', signal, headers });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status > 399 || location === null) return response;
    await response.body?.cancel();
    target = new URL(location, target);
  }
  throw new TransferError(`it led through more than ${MAX_REDIRECTS} redirects`, true);
}

async function write(
  response: Response,
  part: string,
  { start, bytes, signal, onProgress }: TransferOptions & { start: number; bytes: number },
): Promise<void> {
  if (response.body === null) throw new TransferError('it sent no body', false);
  const bounded = async function* (chunks: AsyncIterable<Uint8Array>) {
    let received = start;
    for await (const chunk of chunks) {
      received += chunk.byteLength;
      if (received > bytes) {
        throw new TransferError(`more than the expected ${bytes} bytes came`, true);
      }
      yield chunk;
      onProgress(received);
    }
  };
  const source = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
  const sink = createWriteStream(part, { flags: start === 0 ? 'w' : 'a' });
  try {
    await pipeline(source, bounded, sink, { signal });
  } catch (error) {
    if (error instanceof TransferError) await rm(part, { force: true });
    throw error;
  }
}

function wrongSize(size: string, bytes: number): TransferError {
  return new TransferError(`the server's file has ${size} bytes, expected ${bytes}`, true);
}

function networkReason(error: TypeError): string {
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return 'code' in cause && !cause.message.includes(String(cause.code))
    ? `${cause.message} (${String(cause.code)})`
    : cause.message;
}
