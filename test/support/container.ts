import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe } from '@jest/globals';
import { freePort } from './redis.js';
import { certificate } from './server.js';

/** The image to test, which `scripts/image.sh --tag` has built. */
export const IMAGE = process.env['NESTOR_IMAGE'] ?? '';
const DOCKER = process.env['DOCKER'] ?? 'docker';

/** No test is about how soon: a busy machine may take its time. */
export const PATIENCE_MS = 300_000;

/** Without an image these tests are left out, but never where a submission is judged. */
export function describeImage(title: string, tests: () => void): void {
  if (IMAGE !== '' || process.env['CI'] === 'true') return describe(title, tests);
  process.stderr.write(`NESTOR_IMAGE names no image: the tests of ${title} are left out.\n`);
  return describe.skip(title, tests);
}

/** @returns what the command printed */
export async function docker(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(DOCKER, args, { maxBuffer: 1 << 26 });
  return stdout.trim();
}

/** As strict as Pod Security "restricted", and stricter: what the chart asks for, and limits. */
const HARDENED = [
  ['--read-only', '--tmpfs', '/tmp:rw,size=64m,noexec,nosuid'],
  ['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
  ['--memory', '1g', '--memory-swap', '1g', '--pids-limit', '128', '--cpus', '1'],
].flat();

/** The image's own checks are too strict and too rare for a machine that builds besides. */
const CHECKED_OFTEN = ['--health-interval', '2s', '--health-timeout', '60s'];

/** The image as a hardened container that speaks HTTPS on 127.0.0.1. */
export class Container {
  private constructor(
    readonly id: string,
    readonly url: string,
    readonly key: string,
    readonly ca: string,
    private readonly folder: string,
  ) {}

  /** Makes certificate and key, the latter with the image itself, and waits until it is healthy. */
  static async start(): Promise<Container> {
    const folder = mkdtempSync(join(tmpdir(), 'nestor-image-'));
    // The user of the image has a number that no user here has.
    chmodSync(folder, 0o777);
    const mount = `type=bind,source=${folder},target=/etc/nestor`;
    const { cert, private: privateKey } = await certificate();
    writeFileSync(join(folder, 'tls.crt'), cert);
    writeFileSync(join(folder, 'tls.key'), privateKey, { mode: 0o644 });
    const create = ['keys', 'create', '--id', 'image', '--file', '/etc/nestor/keys.json'];
    const scopes = ['--scope', 'faq.score', 'vision.score'];
    const key = await docker(
      'run',
      '--rm',
      '--mount',
      mount,
      ...HARDENED,
      IMAGE,
      ...create,
      ...scopes,
    );
    const port = await freePort();
    const variables = Object.entries({
      HOST: '127.0.0.1',
      PORT: String(port),
      MANAGEMENT_PORT: String(await freePort()),
      TLS_CERT_FILE: '/etc/nestor/tls.crt',
      TLS_KEY_FILE: '/etc/nestor/tls.key',
      API_KEYS_FILE: '/etc/nestor/keys.json',
      REQUEST_TIMEOUT_MS: '60000',
      SHUTDOWN_GRACE_MS: '60000',
    }).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
    const readOnly = ['--mount', `${mount},readonly`, '--network', 'host'];
    const options = [...readOnly, ...HARDENED, ...CHECKED_OFTEN, ...variables];
    const id = await docker('run', '--detach', ...options, IMAGE);
    const url = `https://127.0.0.1:${port}`;
    const container = new Container(id, url, key, cert, folder);
    await container.#healthy();
    return container;
  }

  /** A member of `docker inspect` by its Go template. */
  inspect(template: string): Promise<string> {
    return docker('inspect', '--format', template, this.id);
  }

  logs(): Promise<string> {
    return docker('logs', this.id);
  }

  /** Runs a script inside with the Node of the image, which has no shell. */
  run(script: string): Promise<string> {
    return docker('exec', this.id, '/nodejs/bin/node', '--input-type=module', '-e', script);
  }

  request(path: string, type?: string, body?: string | Buffer): Promise<ContainerAnswer> {
    const headers = { 'x-api-key': this.key, ...(type && { 'content-type': type }) };
    const method = body === undefined ? 'GET' : 'POST';
    return new Promise((resolve, reject) => {
      const sent = request(`${this.url}${path}`, { method, ca: this.ca, headers }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      });
      sent.once('error', reject).end(body);
    });
  }

  /** Ends it as Kubernetes does and gives its exit code. */
  async stop(): Promise<number> {
    await docker('stop', '--time', '120', this.id);
    return Number(await this.inspect('{{.State.ExitCode}}'));
  }

  async remove(): Promise<void> {
    await docker('rm', '--force', this.id);
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #healthy(): Promise<void> {
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end;) {
      const status = await this.inspect('{{.State.Status}} {{.State.Health.Status}}');
      if (status === 'running healthy') return;
      if (!status.startsWith('running')) break;
      await sleep(250);
    }
    const logs = await this.logs();
    await this.remove();
    throw new Error(`the container did not become healthy: ${logs}`);
  }
}

export interface ContainerAnswer {
  readonly status: number;
  readonly text: string;
}

/** @returns the photograph that the container is asked about */
export function photograph(): Buffer {
  return readFileSync(new URL('../fixtures/photos/coffee.jpg', import.meta.url));
}
