import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { generate } from 'selfsigned';
import { NESTOR, ROOT } from './cli.js';

const ALL_SCOPES = ['faq.score', 'vision.score', 'models.score', 'models.manage'];

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly bytes: Buffer;
  readonly text: string;
  /** The body as JSON; throws where it is none. */
  json(): any;
}

export interface Call {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  /** The key to send; `null` sends none; unset: the one with every scope. */
  readonly key?: string | null;
}

/** The built server as a process of its own, with its own key file, over real TLS. */
export class TestServer {
  readonly #agent: Agent | undefined;
  stdout = '';
  stderr = '';

  private constructor(
    readonly folder: string,
    readonly key: string,
    readonly process: ChildProcess,
    readonly certificate: string | undefined,
    private port: number,
    private readonly managementPort: number,
  ) {
    this.#agent =
      certificate === undefined
        ? undefined
        : // Without a server name, so that a test may send any Host.
          new Agent({ ca: certificate, keepAlive: true, servername: '' });
    process.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    process.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
  }

  /**
   * Starts the server and waits until it is ready (or, with `until: 'listening'`, until it answers).
   * Its ports are read from its log, unless `env` sets them.
   */
  static async start(
    env: Record<string, string> = {},
    { until = 'ready' as 'ready' | 'listening' } = {},
  ): Promise<TestServer> {
    const folder = mkdtempSync(join(tmpdir(), 'nestor-test-'));
    const key = `nst_test_${randomBytes(32).toString('base64url')}`;
    writeKeys(folder, [{ id: 'test', key, scopes: ALL_SCOPES }]);
    const plain = env['TLS'] === 'off';
    const pems = plain ? undefined : await certificate();
    if (pems !== undefined) {
      writeFileSync(join(folder, 'tls.crt'), pems.cert);
      writeFileSync(join(folder, 'tls.key'), pems.private);
    }
    const child = spawn(process.execPath, [NESTOR, 'serve'], {
      cwd: ROOT,
      env: {
        PATH: process.env['PATH'],
        HOST: '127.0.0.1',
        PORT: '0',
        MANAGEMENT_PORT: '0',
        API_KEYS_FILE: join(folder, 'keys.json'),
        ...(plain
          ? {}
          : { TLS_CERT_FILE: join(folder, 'tls.crt'), TLS_KEY_FILE: join(folder, 'tls.key') }),
        INSTANCES: '1',
        SHUTDOWN_DELAY_MS: '0',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const server = new TestServer(
      folder,
      key,
      child,
      pems?.cert,
      Number(env['PORT'] ?? 0),
      Number(env['MANAGEMENT_PORT'] ?? 0),
    );
    await server.#waitFor(until);
    return server;
  }

  get url(): string {
    return `${this.certificate === undefined ? 'http' : 'https'}://127.0.0.1:${this.port}`;
  }

  request(path: string, { method = 'GET', headers = {}, body, key }: Call = {}): Promise<Answer> {
    const credential = key === null ? {} : { 'x-api-key': key ?? this.key };
    const send = this.certificate === undefined ? httpRequest : httpsRequest;
    return new Promise((resolve, reject) => {
      const length =
        body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const request = send(
        `${this.url}${path}`,
        { method, agent: this.#agent, headers: { ...credential, ...length, ...headers } },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const bytes = Buffer.concat(chunks);
            const text = bytes.toString();
            const { statusCode: status = 0, headers: answered } = response;
            resolve({ status, headers: answered, bytes, text, json: () => JSON.parse(text) });
          });
        },
      );
      request.once('error', reject);
      request.end(body);
    });
  }

  post(path: string, body: unknown, call: Call = {}): Promise<Answer> {
    const headers = { 'content-type': 'application/json', ...call.headers };
    return this.request(path, { method: 'POST', body: JSON.stringify(body), ...call, headers });
  }

  /** What Prometheus would read. */
  async metrics(path = '/metrics'): Promise<string> {
    const port = this.managementPort || /metrics on port (\d+)/.exec(this.stdout)?.[1];
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return response.text();
  }

  /** Log lines as objects. */
  logs(): Record<string, unknown>[] {
    return this.stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** Log lines of requests that were answered with 5xx, but for not being ready yet. */
  faults(): Record<string, unknown>[] {
    return this.logs().filter(
      (line) => Number(line['status']) >= 500 && line['route'] !== '/readyz',
    );
  }

  /** Ends the server as Kubernetes does and gives its exit code. */
  async stop(): Promise<number | null> {
    const { process: child } = this;
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    }
    this.#agent?.destroy();
    rmSync(this.folder, { recursive: true, force: true });
    return child.exitCode;
  }

  async #waitFor(until: 'ready' | 'listening'): Promise<void> {
    for (let tries = 0; tries < 600; tries += 1) {
      if (this.process.exitCode !== null) throw new Error(`the server ended: ${this.stderr}`);
      this.port ||= Number(/listening on https?:\/\/[^:"]+:(\d+)/.exec(this.stdout)?.[1] ?? 0);
      const listening = until === 'ready' || this.stdout.includes('listening on');
      if (this.port > 0 && listening) {
        if (until === 'listening') return;
        const { status } = await this.request('/readyz').catch(() => ({ status: 0 }));
        if (status === 200) return;
      }
      await sleep(50);
    }
    const { stdout, stderr } = this;
    await this.stop();
    throw new Error(`the server did not become ${until}: ${stdout}${stderr}`);
  }
}

export function writeKeys(
  folder: string,
  keys: {
    id: string;
    key: string;
    scopes: string[];
    expiresAt?: string;
    ratePerMinute?: number;
  }[],
): void {
  const entries = keys.map(({ key, ...entry }) => ({
    ...entry,
    sha256: createHash('sha256').update(key).digest('hex'),
  }));
  writeFileSync(join(folder, 'keys.json'), JSON.stringify({ keys: entries }));
}

export function certificate(notAfterDate?: Date) {
  return generate([{ name: 'commonName', value: '127.0.0.1' }], {
    keySize: 2048,
    ...(notAfterDate && { notAfterDate }),
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          { type: 7, ip: '127.0.0.1' },
          { type: 2, value: 'localhost' },
        ],
      },
    ],
  });
}
