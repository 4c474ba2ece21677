import { moved } from '../../offload/moved.js';
import { type Fault, RequestError, type RequestErrorCode } from '../../http/request.errors.js';
import type { InferRequest, ModelFace } from './infer.request.js';
import { parseInferRequest } from './request.parser.js';
import { type InferAnswer, type WrittenAnswer, writeAnswer } from './response.writer.js';

export type CodecTask =
  | {
      readonly kind: 'read';
      readonly bytes: Uint8Array;
      readonly jsonBytes: number | undefined;
      readonly face: ModelFace;
    }
  | { readonly kind: 'write'; readonly answer: InferAnswer };

/** An error keeps its class in its own thread only. */
export interface Refusal {
  readonly code: RequestErrorCode;
  readonly message: string;
  readonly faults: readonly Fault[] | undefined;
}

export type CodecResult<Result> = { readonly result: Result } | { readonly refusal: Refusal };

/** Reads and writes what is too long for the event loop. */
export default function run(task: CodecTask): CodecResult<InferRequest | WrittenAnswer> {
  try {
    const result = task.kind === 'read' ? read(task) : writeAnswer(task.answer);
    return moved({ result }, buffersOf(result));
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    const { code, message, faults } = error;
    return { refusal: { code, message, faults } };
  }
}

function read({ bytes, jsonBytes, face }: Extract<CodecTask, { kind: 'read' }>): InferRequest {
  const { buffer, byteOffset, byteLength } = bytes;
  return parseInferRequest({ bytes: Buffer.from(buffer, byteOffset, byteLength), jsonBytes }, face);
}

/** What lies in a buffer of its own; views of Node's pool must be copied. */
function buffersOf(result: InferRequest | WrittenAnswer): ArrayBuffer[] {
  const views = 'bytes' in result ? [result.bytes] : Object.values(result.inputs).flatMap(viewsOf);
  const buffers = views.map(({ buffer }) => buffer as ArrayBuffer);
  return [...new Set(buffers)].filter((buffer) => buffer.byteLength !== Buffer.poolSize);
}

function viewsOf(input: InferRequest['inputs'][string]): ArrayBufferView[] {
  if ('files' in input) return [...input.files];
  return Array.isArray(input.data) ? [] : [input.data];
}
