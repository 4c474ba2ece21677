import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { EngineError } from './engine.errors.js';
import { withoutValues } from './run.fault.js';
import { followOutput, type SayLine } from './runtime.output.js';
import type { FromRuntime, GraphChain, Signature, ToRuntime } from './runtime.protocol.js';
import type { Tensors } from './tensor.js';

const RUNTIME = fileURLToPath(new URL('./runtime.entry.js', import.meta.url));
const STOP_GRACE_MS = 5_000;
/** Loading may read gigabytes from a slow disk. */
const OPEN_LIMIT_MS = 300_000;
/** After an error of CUDA, cuBLAS or cuDNN the process's context is of no use any more. */
const DEVICE_FAULT = /\b(CUDA|CUBLAS|CUDNN|CUFFT)\b/i;

/**
 * glibc gives large blocks back at once: loading leaves 30 MB less resident with Lite0, 250 MB less
 * with ResNet-152. Other allocators ignore it.
 */
const ALLOCATOR = { MALLOC_MMAP_THRESHOLD_: '65536', MALLOC_TRIM_THRESHOLD_: '65536' };

export interface Ran {
  readonly outputs: Tensors;
  readonly inferMs: number;
}

interface Pending {
  readonly resolve: (message: FromRuntime) => void;
  readonly reject: (error: EngineError) => void;
}

/** One process with the sessions of one model; takes one batch at a time. */
export class Instance {
  /** Settles when the process has ended, whatever ended it. */
  readonly ended: Promise<void>;
  #pending: Pending | undefined;

  private constructor(
    readonly chain: GraphChain,
    readonly signature: Signature,
    private readonly child: ChildProcess,
    ended: Promise<void>,
  ) {
    this.ended = ended;
  }

  /**
   * @param say told what the process prints
   * @param program what runs in the process; tests put one there that acts out faults
   * @throws EngineError `load-failed` with the runtime's reason
   */
  static async start(
    chain: GraphChain,
    say: SayLine = () => undefined,
    program = RUNTIME,
  ): Promise<Instance> {
    const child = fork(program, {
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, ...ALLOCATOR },
    });
    followOutput(child.stdout, say);
    followOutput(child.stderr, say);
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const limit = setTimeout(() => child.kill('SIGKILL'), OPEN_LIMIT_MS);
    const reply = await new Promise<FromRuntime>((resolve, reject) => {
      child.once('message', resolve);
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        reject(new EngineError('load-failed', `the runtime ended with ${signal ?? code}`));
      });
      child.send({ kind: 'open', chain } satisfies ToRuntime);
    }).finally(() => clearTimeout(limit));
    if (reply.kind !== 'opened') {
      child.disconnect();
      const reason = reply.kind === 'failed' ? reply.message : 'the runtime broke its protocol';
      throw new EngineError('load-failed', reason);
    }
    const instance = new Instance(chain, reply.signature, child, ended);
    instance.#listen();
    return instance;
  }

  /**
   * @param wide whether the run may take the copy with the most threads, else that with the fewest
   * @param limitMs a run that has not ended by then never will: the process is ended
   * @throws EngineError `run-failed`, or `instance-lost` when the process ends under the batch
   */
  async run(inputs: Tensors, wide: boolean, limitMs: number): Promise<Ran> {
    const copy = wide ? 0 : this.chain.threads.length - 1;
    const limit = setTimeout(() => this.child.kill('SIGKILL'), limitMs);
    const reply = await new Promise<FromRuntime>((resolve, reject) => {
      this.#pending = { resolve, reject };
      this.child.send({ kind: 'run', copy, inputs } satisfies ToRuntime, (error) => {
        if (error === null) return;
        this.child.kill('SIGKILL');
        reject(new EngineError('instance-lost', error.message));
      });
    }).finally(() => clearTimeout(limit));
    if (reply.kind === 'ran') return reply;
    const reason = reply.kind === 'failed' ? reply.message : 'the runtime broke its protocol';
    if (this.chain.provider === 'cpu' || !DEVICE_FAULT.test(reason)) {
      throw new EngineError('run-failed', withoutValues(reason));
    }
    this.child.kill('SIGKILL');
    await this.ended;
    throw new EngineError('instance-lost', withoutValues(reason));
  }

  /** False once the process is known to be ending. */
  get usable(): boolean {
    return this.child.connected && !this.child.killed;
  }

  /** Call only between batches: ending a process inside a run aborts it. */
  async stop(): Promise<void> {
    if (this.child.connected) this.child.disconnect();
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_GRACE_MS);
    await this.ended;
    clearTimeout(timer);
  }

  #listen(): void {
    this.child.on('message', (reply: FromRuntime) => this.#settle((p) => p.resolve(reply)));
    this.child.once('exit', (code, signal) => {
      const lost = new EngineError('instance-lost', `the runtime ended with ${signal ?? code}`);
      this.#settle((pending) => pending.reject(lost));
    });
    this.child.on('error', () => undefined);
  }

  #settle(how: (pending: Pending) => void): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending !== undefined) how(pending);
  }
}
