import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type RequestOptions, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { generate } from 'selfsigned';
import { digest, newKey } from '../auth/api-key.file.js';
import { SCOPES } from '../auth/principal.js';

const NESTOR = fileURLToPath(new URL('./nestor.js', import.meta.url));
const READY_WITHIN_MS = 120_000;

export interface LocalServerOptions {
  /** 0 takes a free one. */
  readonly port: string;
  /** Id of the key that is made. */
  readonly keyId: string;
  /** Variables that are stronger than those of the environment. */
  readonly env?: NodeJS.ProcessEnv;
}

/** A server on 127.0.0.1 with a certificate and a key of its own, for as long as a command runs. */
export class LocalServer {
  private constructor(
    readonly process: ChildProcess,
    readonly folder: string,
    readonly url: string,
    readonly key: string,
    /** PEM certificate, its own authority. */
    readonly ca: string,
  ) {}

  /** Resolves once the server is ready; rejects with its log when it ends before. */
  static async start({ port, keyId, env }: LocalServerOptions): Promise<LocalServer> {
    const folder = mkdtempSync(join(tmpdir(), 'nestor-'));
    const key = newKey(keyId);
    const keys = [{ id: keyId, sha256: digest(key).toString('hex'), scopes: SCOPES }];
    writeFileSync(join(folder, 'keys.json'), JSON.stringify({ keys }));
    const ca = await writeCertificate(folder);
    const child = spawn(process.execPath, [NESTOR, 'serve'], {
      env: {
        ...process.env,
        ...env,
        HOST: '127.0.0.1',
        PORT: port,
        MANAGEMENT_PORT: process.env['MANAGEMENT_PORT'] ?? '0',
        TLS: 'on',
        TLS_CERT_FILE: join(folder, 'tls.crt'),
        TLS_KEY_FILE: join(folder, 'tls.key'),
        API_KEYS_FILE: join(folder, 'keys.json'),
        SHUTDOWN_DELAY_MS: '0',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const server = new LocalServer(child, folder, await listening(child), key, ca);
    await server.#ready();
    return server;
  }

  call(path: string, body?: string | Buffer, type = '') {
    const headers = { 'x-api-key': this.key, ...(body && { 'content-type': type }) };
    const options: RequestOptions = { method: body ? 'POST' : 'GET', ca: this.ca, headers };
    return new Promise<{ status: number; json: unknown }>((resolve, reject) => {
      const sent = request(`${this.url}${path}`, options, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, json: JSON.parse(text) }),
        );
      });
      sent.once('error', reject).end(body);
    });
  }

  stop(): void {
    this.process.kill('SIGTERM');
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #ready(): Promise<void> {
    const until = performance.now() + READY_WITHIN_MS;
    while ((await this.call('/readyz')).status !== 200) {
      if (performance.now() > until) throw new Error('The server did not become ready.');
      await sleep(100);
    }
  }
}

async function writeCertificate(folder: string): Promise<string> {
  const names = [
    { type: 2 as const, value: 'localhost' },
    { type: 7 as const, ip: '127.0.0.1' },
  ];
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keySize: 2048,
    extensions: [{ name: 'subjectAltName', altNames: names }],
  });
  writeFileSync(join(folder, 'tls.crt'), cert);
  writeFileSync(join(folder, 'tls.key'), key, { mode: 0o600 });
  return cert;
}

/** The URL that the server's log names; the log is passed on only if the server ends. */
function listening(server: ChildProcess): Promise<string> {
  let log = '';
  return new Promise((resolve, reject) => {
    server.stdout?.on('data', (chunk: Buffer) => {
      log = `${log}${chunk.toString()}`.slice(-10_000);
      const [, url] = /listening on (https:[^"]+)/.exec(log) ?? [];
      if (url !== undefined) resolve(url);
    });
    server.once('exit', () => reject(new Error(`The server did not start.\n${log}`)));
  });
}
