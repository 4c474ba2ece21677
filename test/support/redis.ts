import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether the tests can start one; on Debian: apt-get install redis-server. */
export function hasRedis(): boolean {
  return spawnSync('redis-server', ['--version']).status === 0;
}

/** A real Redis on a free port, which keeps nothing on disk. */
export class TestRedis {
  readonly #folder = mkdtempSync(join(tmpdir(), 'nestor-redis-'));
  #process: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly options: string[],
  ) {}

  /** @param options as on its command line */
  static async start(options: (port: number) => string[] = () => []): Promise<TestRedis> {
    const port = await freePort();
    const redis = new TestRedis(port, options(port));
    await redis.revive();
    return redis;
  }

  /** Starts it again, empty, on the same port. */
  async revive(): Promise<void> {
    const basics = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.#folder];
    const unsaved = ['--save', '', '--appendonly', 'no', '--daemonize', 'no'];
    const child = spawn('redis-server', [...basics, ...unsaved, ...this.options], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#process = child;
    let said = '';
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`redis-server ended: ${said}`)));
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes('Ready to accept connections')) resolve();
      });
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#process?.kill(signal);
  }

  /** Ends it without a farewell. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
