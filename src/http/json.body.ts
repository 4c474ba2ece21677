import { offload } from '../offload/offload.js';
import type { LiftedBytes } from './base64.js';
import { parseJson } from './body.reader.js';
import type { LongJson, LongJsonTask } from './long.json.worker.js';
import { liftBase64 } from './lifted.base64.js';
import { RequestError } from './request.errors.js';

const WORKER = new URL('./long.json.worker.js', import.meta.url);

/** What the event loop parses itself, within milliseconds whatever is in it. */
const LONG_BYTES = 131_072;

export interface JsonBody {
  readonly value: unknown;
  /** What references to lifted base64 in the value stand for. */
  readonly lifted: LiftedBytes;
}

/**
 * Parses a body without holding up the event loop: images in base64 are decoded on the way, and what
 * is long without them is parsed beside it.
 * @throws RequestError `malformed-json`, or `invalid-body` for more values than any body needs
 */
export async function parseBody(body: Buffer): Promise<JsonBody> {
  const { json, lifted } = liftBase64(body);
  if (json.byteLength <= LONG_BYTES) return { value: parseJson(json), lifted };
  const task: LongJsonTask = { json, lifted: lifted.length };
  const done = await offload<LongJson>(WORKER, task, [json.buffer as ArrayBuffer]);
  if ('code' in done) throw new RequestError(done.code, done.message);
  const more = done.decoded.map((bytes) => bytes && Buffer.from(bytes.buffer));
  return { value: done.value, lifted: [...lifted, ...more] };
}
