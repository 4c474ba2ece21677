import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import { ROOT } from './cli.js';
import type { TestServer } from './server.js';

const INSTALLED = process.env['NESTOR_CLIENTS'];

/** Without its clients these tests are left out, but never where a submission is judged. */
export function describeClients(title: string, tests: () => void): void {
  if (INSTALLED !== undefined || process.env['CI'] === 'true') return describe(title, tests);
  process.stderr.write(
    `NESTOR_CLIENTS names no folder that scripts/ci/clients.sh has filled: ${title} are left out.\n`,
  );
  return describe.skip(title, tests);
}

export interface Ran {
  readonly code: number | null;
  readonly output: string;
}

/** A folder in which a program finds the clients, a photo, and the server by its certificate and key. */
export class ClientFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'nestor-clients-'));

  constructor(private readonly server: TestServer) {
    cpSync(join(ROOT, 'test/fixtures/photos/coffee.jpg'), join(this.path, 'photo.jpg'));
    symlinkSync(join(INSTALLED ?? '', 'node/node_modules'), join(this.path, 'node_modules'));
  }

  /** Runs a program of the clients to its end, those of `environment` first. */
  run(environment: 'python' | 'mlserver', program: string, ...options: string[]): Promise<Ran> {
    const { server, path } = this;
    const certificate = join(server.folder, 'tls.crt');
    const bins = [join(INSTALLED ?? '', environment, 'bin'), join(path, 'node_modules/.bin')];
    const child = spawn(program, options, {
      cwd: path,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: [...bins, process.env['PATH']].join(':'),
        HOME: path,
        KEY: server.key,
        NESTOR_AUTHORITY: new URL(server.url).host,
        PYTHONDONTWRITEBYTECODE: '1',
        CURL_CA_BUNDLE: certificate,
        NODE_EXTRA_CA_CERTS: certificate,
        REQUESTS_CA_BUNDLE: certificate,
        SSL_CERT_FILE: certificate,
      },
    });
    return ended(child);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

function ended(child: ChildProcess): Promise<Ran> {
  let output = '';
  const add = (chunk: Buffer) => (output += chunk.toString());
  child.stdout?.on('data', add);
  child.stderr?.on('data', add);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

export interface Snippet {
  readonly language: string;
  readonly code: string;
}

/** The blocks of code of a page of docs/, in their order. */
export function snippetsOf(page: string): Snippet[] {
  const text = readFileSync(join(ROOT, 'docs', page), 'utf8');
  return [...text.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map(([, language = '', code = '']) => {
    return { language, code };
  });
}
