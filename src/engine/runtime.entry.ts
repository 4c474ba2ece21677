/**
 * The program of an instance: holds the ONNX Runtime sessions of one model and runs one batch at
 * a time. It lives in a process of its own because a run blocks its thread and because a fault in
 * the native runtime ends the process that it happens in (docs/decisions/0002).
 */
import * as ort from 'onnxruntime-node';
import { decodeOrtTensor, encodeOrtTensor, specOf } from './ort.tensor.js';
import type { FromRuntime, GraphChain, Signature, ToRuntime } from './runtime.protocol.js';
import type { Tensor, Tensors } from './tensor.js';
import { zeroInputs } from './warm.up.js';

type Values = Record<string, ort.Tensor>;
/** The sessions of one copy of the chain, in the order in which they run. */
type Copy = readonly ort.InferenceSession[];

let copies: readonly Copy[] = [];

async function open(chain: GraphChain): Promise<Signature> {
  copies = await Promise.all(chain.threads.map((threads) => openCopy(chain, threads)));
  const signature = signatureOf(copies[0] ?? []);
  for (const copy of copies) {
    for (const rows of chain.warmRows) await warm(copy, signature, rows);
  }
  return signature;
}

function openCopy({ files, provider, device }: GraphChain, threads: number): Promise<Copy> {
  const pinned = { name: provider, deviceId: device };
  return Promise.all(
    files.map((file) =>
      ort.InferenceSession.create(file, {
        executionProviders: [provider === 'cpu' ? 'cpu' : pinned],
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        // Its complaints about an input quote the input; the error that is thrown tells enough.
        logSeverityLevel: 4,
        // Waiting threads that spin double the processor time under load.
        extra: { session: { intra_op: { allow_spinning: '0' } } },
      }),
    ),
  );
}

function signatureOf(copy: Copy): Signature {
  const outputs = copy.flatMap((session) => session.outputMetadata.map(specOf));
  const produced = new Set(outputs.map((output) => output.name));
  const inputs = copy.flatMap((session) => session.inputMetadata.map(specOf));
  return { inputs: inputs.filter((input) => !produced.has(input.name)), outputs };
}

/** The first run of a size allocates, and a GPU chooses its kernels. Zeros may be refused. */
async function warm(copy: Copy, { inputs }: Signature, rows: number): Promise<void> {
  await run(copy, zeroInputs(inputs, rows)).catch(() => undefined);
}

/** Feeds every graph from the request and from the outputs of the graphs before it. */
async function run(copy: Copy, inputs: Tensors): Promise<Tensors> {
  const values: Values = {};
  const outputs: Record<string, Tensor> = {};
  for (const [name, tensor] of Object.entries(inputs)) values[name] = encodeOrtTensor(tensor);
  for (const session of copy) {
    for (const [name, value] of Object.entries(
      await session.run(pick(values, session.inputNames), { logSeverityLevel: 4 }),
    )) {
      values[name] = value;
      outputs[name] = decodeOrtTensor(value);
    }
  }
  return outputs;
}

function pick(values: Values, names: readonly string[]): Values {
  const picked: Values = {};
  for (const name of names) {
    const value = values[name];
    if (value === undefined) throw new Error(`the chain has no tensor '${name}'`);
    picked[name] = value;
  }
  return picked;
}

async function answer(message: ToRuntime): Promise<FromRuntime> {
  try {
    if (message.kind === 'open') return { kind: 'opened', signature: await open(message.chain) };
    const started = performance.now();
    const outputs = await run(copies[message.copy] ?? [], message.inputs);
    return { kind: 'ran', outputs, inferMs: performance.now() - started };
  } catch (error) {
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}

process.on('message', (message: ToRuntime) => {
  void answer(message).then((reply) => process.send?.(reply));
});
// The parent decides when an instance ends: it drains first, then disconnects.
process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
