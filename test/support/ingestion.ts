import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { certificate } from './server.js';

export const INSTRUMENTATION_KEY = '6d0a4d6e-2c2f-4b7e-9a55-0c5fd0c6a111';

/** What the authority gives for the workload's own token. */
export const INGESTION_TOKEN = 'token-for-ingestion';
const TENANT = '5f0f9f4e-5a0c-4f5b-8d7a-3c1f9f0a2b33';

/** How the endpoint answers. */
export type Reception =
  | 'good'
  /** 503 with a body of another service. */
  | 'refusing'
  /** Takes the request and never answers. */
  | 'hanging'
  /** Nothing listens. */
  | 'gone';

/** A telemetry item as Application Insights takes it. */
export interface Envelope {
  readonly name: string;
  readonly iKey: string;
  readonly sampleRate?: number;
  readonly tags: Record<string, string>;
  readonly data: { readonly baseType: string; readonly baseData: any };
}

/** The ingestion API of Application Insights (POST /v2.1/track) over real HTTPS. */
export class Ingestion {
  readonly envelopes: Envelope[] = [];
  readonly headers: IncomingMessage['headers'][] = [];
  /** Paths that were asked besides /v2.1/track. */
  readonly others: string[] = [];
  requests = 0;
  reception: Reception = 'good';
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  private constructor(
    private readonly folder: string,
    private readonly pems: { cert: string; private: string },
  ) {}

  static async start(reception: Reception = 'good'): Promise<Ingestion> {
    const folder = mkdtempSync(join(tmpdir(), 'nestor-ingestion-'));
    const pems = await certificate();
    writeFileSync(join(folder, 'ca.crt'), pems.cert);
    const ingestion = new Ingestion(folder, pems);
    await ingestion.#listen();
    await ingestion.behave(reception);
    return ingestion;
  }

  /** What makes a server send its telemetry here. */
  get env(): Record<string, string> {
    const connection = `InstrumentationKey=${INSTRUMENTATION_KEY};IngestionEndpoint=${this.#url}/`;
    return {
      APPLICATIONINSIGHTS_CONNECTION_STRING: connection,
      NODE_EXTRA_CA_CERTS: join(this.folder, 'ca.crt'),
      OTEL_METRIC_EXPORT_INTERVAL: '1000',
    };
  }

  /** What a cluster gives a pod with workload identity; the authority is here, too. */
  get workloadIdentity(): Record<string, string> {
    const tokenFile = join(this.folder, 'federated-token');
    writeFileSync(tokenFile, 'federated');
    return {
      APPLICATIONINSIGHTS_AUTH: 'entra',
      AZURE_AUTHORITY_HOST: this.#url,
      AZURE_TENANT_ID: TENANT,
      AZURE_CLIENT_ID: INSTRUMENTATION_KEY,
      AZURE_FEDERATED_TOKEN_FILE: tokenFile,
    };
  }

  of(baseType: string): any[] {
    return this.envelopes
      .filter(({ data }) => data.baseType === baseType)
      .map(({ data }) => data.baseData);
  }

  /** Everything that came, as text. */
  get text(): string {
    return JSON.stringify(this.envelopes);
  }

  /** Waits until something has come that fits. */
  async until(fits: () => boolean, seconds = 20): Promise<void> {
    for (let tries = 0; tries < seconds * 20; tries += 1) {
      if (fits()) return;
      await sleep(50);
    }
    throw new Error(`not received; came: ${this.envelopes.map(({ name }) => name).join(', ')}`);
  }

  async behave(reception: Reception): Promise<void> {
    this.reception = reception;
    for (const socket of this.#sockets) socket.destroy();
    if (reception === 'gone') await this.#close();
    else if (this.#server === undefined) await this.#listen();
  }

  async stop(): Promise<void> {
    await this.#close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get #url(): string {
    return `https://127.0.0.1:${this.#port}`;
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

  /** What Entra ID says of a tenant, and a token for it. */
  #authority(path: string): object | undefined {
    const tenant = `${this.#url}/${TENANT}`;
    if (path.startsWith(`/${TENANT}/v2.0/.well-known/openid-configuration`)) {
      return {
        issuer: `${tenant}/v2.0`,
        jwks_uri: `${tenant}/keys`,
        authorization_endpoint: `${tenant}/oauth2/v2.0/authorize`,
        token_endpoint: `${tenant}/oauth2/v2.0/token`,
      };
    }
    if (!path.startsWith(`/${TENANT}/oauth2/v2.0/token`)) return undefined;
    return { access_token: INGESTION_TOKEN, expires_in: 3600, token_type: 'Bearer' };
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const authority = this.#authority(request.url ?? '');
    if (authority !== undefined) return void response.end(JSON.stringify(authority));
    this.requests += 1;
    this.headers.push(request.headers);
    if (request.url !== '/v2.1/track') this.others.push(String(request.url));
    if (this.reception === 'hanging') return;
    if (this.reception === 'refusing') return void response.writeHead(503).end('no');
    const items = JSON.parse(Buffer.concat(chunks).toString()) as Envelope[];
    this.envelopes.push(...items);
    const receipt = { itemsReceived: items.length, itemsAccepted: items.length, errors: [] };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(receipt));
  }
}
