import { createHmac, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { exportJWK, SignJWT } from 'jose';
import { generate } from 'selfsigned';

/** How the issuer answers. */
export type Manner =
  | 'good'
  /** Nothing listens. */
  | 'down'
  /** Takes the request and never answers. */
  | 'hanging'
  | 'html-500'
  | 'html-200'
  | 'json-500'
  /** Good metadata, and the keys fail: 500 with JSON that looks like keys. */
  | 'keys-json-500'
  | 'keys-html-200'
  /** A redirect to where the right answer is. */
  | 'redirecting'
  /** Megabytes of JSON. */
  | 'endless'
  /** Metadata of another tenant. */
  | 'other-tenant';

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export type Claims = Record<string, unknown>;

const HTML = '<!doctype html><title>Sign in</title>';

export function newKey(kid = randomUUID()): SigningKey {
  return { kid, ...generateKeyPairSync('rsa', { modulusLength: 2048 }) };
}

/** An identity provider in the form of Entra ID, over real HTTPS, able to misbehave. */
export class TestIssuer {
  readonly tenantId = randomUUID();
  readonly clientId = randomUUID();
  /** Of the metadata; the manner's requests count too. */
  requests = 0;
  manner: Manner = 'good';
  algorithms = ['RS256'];
  keys = [newKey()];
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  private constructor(
    private readonly folder: string,
    private readonly pems: { cert: string; private: string },
  ) {}

  static async start(manner: Manner = 'good'): Promise<TestIssuer> {
    const folder = mkdtempSync(join(tmpdir(), 'nestor-issuer-'));
    // A name of its own: where other authorities are trusted too, they are told apart by it.
    const pems = await generate([{ name: 'commonName', value: 'issuer' }], {
      keySize: 2048,
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
    });
    writeFileSync(join(folder, 'ca.crt'), pems.cert);
    const issuer = new TestIssuer(folder, pems);
    await issuer.#listen();
    await issuer.behave(manner);
    return issuer;
  }

  get url(): string {
    return `https://127.0.0.1:${this.#port}`;
  }

  /** `iss` of v2 tokens. */
  get issuer(): string {
    return `${this.url}/${this.tenantId}/v2.0`;
  }

  /** What a server that trusts this issuer is started with. */
  get env(): Record<string, string> {
    return {
      NODE_EXTRA_CA_CERTS: join(this.folder, 'ca.crt'),
      AZURE_AD_TENANT_ID: this.tenantId,
      AZURE_AD_AUDIENCE: this.clientId,
      AZURE_AD_METADATA_URL: `${this.issuer}/.well-known/openid-configuration`,
    };
  }

  async behave(manner: Manner): Promise<void> {
    this.manner = manner;
    if (manner === 'down') await this.#close();
    else if (this.#server === undefined) await this.#listen();
  }

  /** Resolves when the server has asked once more. */
  async asked(): Promise<void> {
    const before = this.requests;
    for (let tries = 0; this.requests === before && tries < 300; tries += 1) await sleep(50);
    if (this.requests === before) throw new Error('the issuer was not asked');
  }

  async stop(): Promise<void> {
    await this.#close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get key(): SigningKey {
    const [key] = this.keys;
    if (key === undefined) throw new Error('the issuer has no key');
    return key;
  }

  /** Claims of a v2 application token with every role; a claim given as undefined is left out. */
  claims(changes: Claims = {}): Claims {
    const now = Math.floor(Date.now() / 1000);
    return {
      aud: this.clientId,
      iss: this.issuer,
      iat: now,
      nbf: now,
      exp: now + 3600,
      azp: randomUUID(),
      azpacr: '1',
      oid: randomUUID(),
      rh: '0.AAAA',
      roles: ['faq.score', 'vision.score', 'models.score', 'models.manage'],
      sub: randomUUID(),
      tid: this.tenantId,
      uti: randomUUID(),
      ver: '2.0',
      ...changes,
    };
  }

  /** A token signed by the issuer's key, or as `key` and `header` say. */
  token(changes: Claims = {}, { key = this.key, header = {} as Claims } = {}): Promise<string> {
    return new SignJWT(this.claims(changes))
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: key.kid, ...header } as { alg: string })
      .sign(key.privateKey);
  }

  /** A delegated token: a user lets a client act in their name. */
  userToken(scp: string, changes: Claims = {}): Promise<string> {
    return this.token({ roles: undefined, scp, name: 'Ada Lovelace', ...changes });
  }

  /** A token put together by hand, with any algorithm. */
  forge(header: Claims, changes: Claims, sign: (input: string) => string): string {
    const encode = (part: Claims) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const input = `${encode({ typ: 'JWT', kid: this.key.kid, ...header })}.${encode(this.claims(changes))}`;
    return `${input}.${sign(input)}`;
  }

  /** Signed with the public key as if it were a shared secret. */
  hs256(secret: string | Buffer): string {
    return this.forge({ alg: 'HS256' }, {}, (input) =>
      createHmac('sha256', secret).update(input).digest('base64url'),
    );
  }

  async #listen(): Promise<void> {
    const { cert, private: key } = this.pems;
    const server = createServer({ cert, key }, (request, response) => {
      void this.#answer(request, response);
    });
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async #close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }

  async #answer({ url = '' }: IncomingMessage, response: ServerResponse): Promise<void> {
    const isMetadata = url.endsWith('/.well-known/openid-configuration');
    if (isMetadata) this.requests += 1;
    const good = JSON.stringify(isMetadata ? this.#metadata() : await this.#jwks());
    switch (this.manner) {
      case 'hanging':
      case 'down':
        return;
      case 'html-500':
        return void response.writeHead(500, { 'content-type': 'text/html' }).end(HTML);
      case 'html-200':
        return void response.writeHead(200, { 'content-type': 'text/html' }).end(HTML);
      case 'json-500':
        return void response.writeHead(500).end(good);
      case 'keys-json-500':
        return void response.writeHead(isMetadata ? 200 : 500).end(good);
      case 'keys-html-200':
        return void response.end(isMetadata ? good : HTML);
      case 'redirecting':
        return void response.writeHead(302, { location: `${url}?` }).end();
      case 'endless':
        return void response.end(`{"pad":"${'x'.repeat(3_000_000)}",${good.slice(1)}`);
      case 'other-tenant':
        return void response.end(good.replaceAll(this.tenantId, randomUUID()));
      case 'good':
        return void response.end(good);
    }
  }

  #metadata() {
    return {
      issuer: this.issuer,
      jwks_uri: `${this.url}/${this.tenantId}/discovery/v2.0/keys`,
      token_endpoint: `${this.url}/${this.tenantId}/oauth2/v2.0/token`,
      id_token_signing_alg_values_supported: this.algorithms,
    };
  }

  async #jwks() {
    const keys = this.keys.map(async ({ kid, publicKey }) => {
      const issuer = `${this.url}/{tenantid}/v2.0`;
      return { ...(await exportJWK(publicKey)), kid, use: 'sig', issuer };
    });
    return { keys: await Promise.all(keys) };
  }
}
