/** The server that this page came from, also behind a proxy's path. */
const ROOT = new URL('../', import.meta.url);

/** What went wrong with a call, as problem details (RFC 9457) or as no answer at all. */
export class Problem extends Error {
  /** @param {{code: string, status?: number, detail?: string, requestId?: string, retryAfter?: number}} told */
  constructor(told) {
    super(told.detail ?? told.code);
    Object.assign(this, told);
  }
}

export const addressOf = (path) => new URL(path, ROOT).href;

/**
 * Calls the server.
 * @param {string} path without a slash in front
 * @param {RequestInit} request
 * @returns {Promise<{body: any, ms: number | undefined}>} the answer and the time the server took
 * @throws {Problem} but for an abort of the caller's own
 */
export async function call(path, request = {}) {
  const response = await fetch(addressOf(path), { ...request, credentials: 'omit' }).catch(
    (error) => {
      throw error.name === 'AbortError' ? error : new Problem({ code: 'network' });
    },
  );
  if (!response.ok) throw await problemOf(response);
  return { body: await response.json(), ms: serverTime(response) };
}

async function problemOf(response) {
  const { type = '', detail, requestId } = await response.json().catch(() => ({}));
  return new Problem({
    code: String(type).split('/').at(-1),
    status: response.status,
    detail,
    requestId: requestId ?? response.headers.get('x-request-id') ?? undefined,
    retryAfter: Number(response.headers.get('retry-after')) || undefined,
  });
}

function serverTime(response) {
  const [, ms] = /total;dur=([\d.]+)/.exec(response.headers.get('server-timing') ?? '') ?? [];
  return ms === undefined ? undefined : Math.round(Number(ms));
}
