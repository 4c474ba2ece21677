import { moved } from '../offload/moved.js';
import { decodeBase64, isReference, LIFTED_LENGTH, referenceTo } from './base64.js';
import { parseJson } from './body.reader.js';
import { RequestError, type RequestErrorCode } from './request.errors.js';

export interface LongJsonTask {
  readonly json: Uint8Array;
  /** References that the body has already. */
  readonly lifted: number;
}

export type LongJson =
  | { readonly value: unknown; readonly decoded: readonly (Uint8Array | undefined)[] }
  | { readonly code: RequestErrorCode; readonly message: string };

/** Far more than any body has that is not refused. */
const MAX_VALUES = 10_000;
const MAX_DEPTH = 100;

/** Runs on the thread of `offload`. */
export default function parseLongJson({ json, lifted }: LongJsonTask): LongJson {
  try {
    const shortener = new Shortener(lifted);
    const parsed = parseJson(Buffer.from(json.buffer, json.byteOffset, json.byteLength));
    const value = shortener.shorten(parsed);
    const { decoded } = shortener;
    return moved(
      { value, decoded },
      decoded.flatMap((bytes) => (bytes ? (bytes.buffer as ArrayBuffer) : [])),
    );
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    return { code: error.code, message: error.message };
  }
}

/** Puts references in the place of texts that can only be images, and decodes them. */
class Shortener {
  readonly decoded: (Uint8Array | undefined)[] = [];
  #values = 0;

  constructor(private readonly lifted: number) {}

  /** @throws RequestError `invalid-body` for more values than any body needs */
  shorten(value: unknown, depth = 0): unknown {
    this.#values += 1;
    if (this.#values > MAX_VALUES || depth > MAX_DEPTH) {
      const text = `The body holds too many values: at most ${MAX_VALUES} are accepted.`;
      throw new RequestError('invalid-body', text);
    }
    if (typeof value === 'string') return this.#shortenText(value, depth);
    if (Array.isArray(value)) return value.map((item) => this.shorten(item, depth + 1));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [key, this.shorten(member, depth + 1)]),
    );
  }

  #shortenText(text: string, depth: number): string {
    if (text.length < LIFTED_LENGTH || isReference(text)) return text;
    const object = text.trimStart().startsWith('{') ? tryJson(text) : undefined;
    if (object !== undefined) return JSON.stringify(this.shorten(object, depth + 1));
    this.decoded.push(tryBase64(text));
    return referenceTo(this.lifted + this.decoded.length - 1);
  }
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function tryBase64(text: string): Uint8Array | undefined {
  try {
    return decodeBase64(text, '');
  } catch {
    return undefined;
  }
}
