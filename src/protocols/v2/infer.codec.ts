import { elementsOf } from '../../engine/tensor.data.js';
import { RequestError } from '../../http/request.errors.js';
import { offload } from '../../offload/offload.js';
import type { CodecResult, CodecTask } from './codec.worker.js';
import type { InferRequest, ModelFace } from './infer.request.js';
import { type InferBody, parseInferRequest } from './request.parser.js';
import { type InferAnswer, type WrittenAnswer, writeAnswer } from './response.writer.js';

const WORKER = new URL('./codec.worker.js', import.meta.url);

/** Longer JSON is parsed beside the event loop: about 3 ms of numbers (bench/v2.mjs). */
const LONG_JSON_BYTES = 131_072;

/** More elements are written beside the event loop: about 5 ms. */
const LONG_JSON_ELEMENTS = 8_192;

/** @throws RequestError */
export async function readRequest(body: InferBody, face: ModelFace): Promise<InferRequest> {
  const { bytes, jsonBytes } = body;
  if ((jsonBytes ?? bytes.byteLength) <= LONG_JSON_BYTES) return parseInferRequest(body, face);
  return inThread<InferRequest>({ kind: 'read', bytes, jsonBytes, face }, [bytes]);
}

/** @throws RequestError `not-finite` */
export async function writeResponse(answer: InferAnswer): Promise<WrittenAnswer> {
  const elements = answer.outputs
    .filter(({ binary }) => !binary)
    .reduce((sum, { tensor }) => sum + elementsOf(tensor.shape), 0);
  if (elements <= LONG_JSON_ELEMENTS) return writeAnswer(answer);
  return inThread<WrittenAnswer>({ kind: 'write', answer });
}

async function inThread<Result>(task: CodecTask, moving: readonly Buffer[] = []): Promise<Result> {
  const whole = moving.filter(({ buffer, byteLength }) => buffer.byteLength === byteLength);
  const buffers = whole.map(({ buffer }) => buffer as ArrayBuffer);
  const done = await offload<CodecResult<Result>>(WORKER, task, buffers);
  if ('result' in done) return done.result;
  const { code, message, faults } = done.refusal;
  throw new RequestError(code, message, faults);
}
