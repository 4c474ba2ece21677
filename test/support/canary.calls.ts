import { type HostileBody, hostileImages, hostileJson, hostileTensor } from './canary.bodies.js';
import { type Canaries, secretIds } from './canary.js';
import type { ApiRoute } from './api.routes.js';
import type { Call } from './server.js';

export interface HostileCall {
  readonly path: string;
  readonly call: Call;
}

/** Credentials that get callers so far and no farther. */
export interface Credentials {
  /** A valid key without the right scopes. */
  readonly weak: readonly string[];
  /** A valid key with nothing left of its quota. */
  readonly spent: string;
  /** Tokens, good and bad, that tell of people. */
  readonly tokens: readonly string[];
}

/** Sent with every call. Values are Latin-1 without line breaks; names hold a word alone. */
const HEADERS = (
  'host, user-agent, referer, origin, cookie, from, via, forwarded, x-forwarded-for, x-real-ip, ' +
  'x-forwarded-host, x-forwarded-proto, true-client-ip, tracestate, baggage, traceparent, ' +
  'x-request-id, x-correlation-id, accept-language, x-original-url, if-none-match, range, ' +
  'x-http-method-override, content-disposition'
).split(', ');

/** Calls that plant canaries wherever a caller of the route can, and lead to every refusal. */
export function hostileCalls(
  route: ApiRoute,
  canaries: Canaries,
  credentials: Credentials,
): HostileCall[] {
  const hostile = new HostileCalls(route, canaries);
  const calls = [
    hostile.call({}),
    ...hostile.withCredentials(credentials),
    ...hostile.withPaths(),
    ...hostile.withHeaders(),
    ...secretIds().map((id) => hostile.call({ headers: { 'x-request-id': id } })),
  ];
  return route.method === 'POST' ? [...calls, ...hostile.withBodies()] : calls;
}

class HostileCalls {
  constructor(
    private readonly route: ApiRoute,
    private readonly canaries: Canaries,
  ) {}

  call(changes: Call, path = this.route.path): HostileCall {
    const { method, examples } = this.route;
    const [example] = examples;
    const sent =
      method === 'POST'
        ? { method, body: JSON.stringify(example), type: { 'content-type': 'application/json' } }
        : { method, type: {} };
    const headers = { ...this.#headers(), ...sent.type, ...changes.headers };
    const { type: _, ...rest } = sent;
    return { path, call: { ...rest, ...changes, headers } };
  }

  withCredentials({ weak, spent, tokens }: Credentials): HostileCall[] {
    const { canaries } = this;
    const bad = [
      canaries.at('X-API-Key'),
      `nst_${canaries.word('id of a key')}_${'a'.repeat(43)}`,
      canaries.secret(),
    ];
    const authorizations = [
      ...tokens.map((token) => `Bearer ${token}`),
      `Bearer ${canaries.word('bearer token')}`,
      `Basic ${canaries.word('basic credential')}`,
      canaries.at('Authorization'),
    ];
    return [
      ...[null, ...bad, ...weak, spent].map((key) => this.call({ key })),
      ...authorizations.map((authorization) =>
        this.call({ key: null, headers: { authorization } }),
      ),
    ];
  }

  withPaths(): HostileCall[] {
    const { path, template } = this.route;
    const text = (place: string) => encodeURIComponent(this.canaries.at(place));
    const query = ['model', 'version', 'top', text('name of a query')]
      .map((name) => `${name}=${text(`query ${name}`)}`)
      .join('&');
    const parameters = template.replaceAll(/:\w+/g, () => text('parameter of the path'));
    return [
      this.call({}, `${path}?${query}`),
      this.call({}, `${path}?access_token=${text('token in the query')}`),
      this.call({}, `${path}/${text('end of the path')}`),
      this.call({}, `/${this.canaries.word('begin of the path')}${path}`),
      this.call({}, `${path}/${this.canaries.word('path that cannot be decoded')}%zz`),
      this.call({}, `${path}?${'q'.repeat(4_100)}${text('query that is too long')}`),
      ...(parameters === template ? [] : [this.call({}, parameters)]),
    ];
  }

  withHeaders(): HostileCall[] {
    const { canaries } = this;
    const many = Array.from({ length: 110 }, (_, at) => [`x-many-${at}`, canaries.word('many')]);
    return [
      this.call({ method: 'DELETE' }),
      this.call({ headers: { accept: `text/${canaries.word('Accept')}` } }),
      this.call({ headers: { 'x-request-timeout-ms': canaries.at('deadline') } }),
      this.call({ headers: { 'x-request-timeout-ms': '1' } }),
      this.call({ headers: { [canaries.word('name of a header')]: canaries.at('header') } }),
      this.call({ headers: Object.fromEntries(many) }),
      this.call({ headers: { expect: canaries.at('Expect') } }),
    ];
  }

  withBodies(): HostileCall[] {
    const { canaries, route } = this;
    const json = route.examples.flatMap((example) => hostileJson(example, canaries));
    const odd: HostileBody[] = [
      { type: canaries.at('Content-Type'), body: '{}' },
      { type: `application/json; charset=${canaries.word('charset')}`, body: '{}' },
      { type: 'application/json', body: canaries.word('body that is too large').repeat(20_000) },
    ];
    const encodings = ['gzip', canaries.at('Content-Encoding')].map((encoding) =>
      this.call({ headers: { 'content-encoding': encoding } }),
    );
    const { json: head, body } = hostileTensor(canaries);
    const lengths = [String(head.length), canaries.at('length of the JSON')];
    const binary = lengths.map((length) =>
      this.call({ body, headers: { 'inference-header-content-length': length } }),
    );
    const bodies = [...json, ...odd, ...hostileImages(canaries)];
    return [
      ...bodies.map(({ type, body }) => this.call({ body, headers: { 'content-type': type } })),
      ...encodings,
      ...binary,
    ];
  }

  #headers(): Record<string, string> {
    return Object.fromEntries(HEADERS.map((name) => [name, this.canaries.at(name)]));
  }
}
