import { IssuerFault } from './issuer.fault.js';

/** Entra's documents have 2 and 15 kB. */
const MAX_BYTES = 512 * 1024;

/**
 * Gets a JSON document over https, without following redirects, which could lead to plain http.
 * @throws IssuerFault
 */
export async function fetchJson(url: string, signal: AbortSignal): Promise<unknown> {
  const text = await fetchText(url, signal).catch((error: unknown) => {
    throw faultOf(error, signal);
  });
  try {
    return JSON.parse(text);
  } catch {
    // Without the cause: its message repeats the text.
    throw new IssuerFault('not-json');
  }
}

async function fetchText(url: string, signal: AbortSignal): Promise<string> {
  const headers = { accept: 'application/json' };
  const response = await fetch(url, { signal, headers, redirect: 'error' });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new IssuerFault('bad-status', response.status);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop early ends the connection.
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw new IssuerFault('too-large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes).toString('utf8');
}

function faultOf(error: unknown, signal: AbortSignal): IssuerFault {
  if (error instanceof IssuerFault) return error;
  if (signal.aborted) return new IssuerFault('timed-out');
  // Such as ECONNREFUSED, or why the certificate is not trusted.
  const { code } = (error as { cause?: { code?: string } }).cause ?? {};
  return new IssuerFault('unreachable', code);
}
