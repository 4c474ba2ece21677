import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { certificate } from './server.js';

export const INSTRUMENTATION_KEY = '6d0a4d6e-2c2f-4b7e-9a55-0c5fd0c6a111';

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
    const url = `https://127.0.0.1:${this.#port}/`;
    const connection = `InstrumentationKey=${INSTRUMENTATION_KEY};IngestionEndpoint=${url}`;
    return {
      APPLICATIONINSIGHTS_CONNECTION_STRING: connection,
      NODE_EXTRA_CA_CERTS: join(this.folder, 'ca.crt'),
      OTEL_METRIC_EXPORT_INTERVAL: '1000',
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

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
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
