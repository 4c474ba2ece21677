import { RequestError, type RequestErrorCode } from './request.errors.js';
import { decodeBase64, referenceTo } from './base64.js';
import { parseJson } from './body.reader.js';
import { LIFTED_LENGTH } from './lifted.base64.js';

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

/** Runs on the thread of `offload`: parses, and decodes the texts that can only be images. */
export default function parseLongJson({ json, lifted }: LongJsonTask): LongJson {
  const decoded: (Uint8Array | undefined)[] = [];
  let values = 0;
  const shorten = (value: unknown): unknown => {
    values += 1;
    if (values > MAX_VALUES) {
      const text = `The body holds too many values: at most ${MAX_VALUES} are accepted.`;
      throw new RequestError('invalid-body', text);
    }
    if (typeof value === 'string') return value.length < LIFTED_LENGTH ? value : shortenText(value);
    if (Array.isArray(value)) return value.map(shorten);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(([key, member]) => [key, shorten(member)]);
    return Object.fromEntries(entries);
  };
  const shortenText = (text: string): string => {
    const object = text.trimStart().startsWith('{') ? tryJson(text) : undefined;
    if (object !== undefined) return JSON.stringify(shorten(object));
    decoded.push(tryBase64(text));
    return referenceTo(lifted + decoded.length - 1);
  };
  try {
    const value = shorten(parseJson(Buffer.from(json.buffer, json.byteOffset, json.byteLength)));
    return { value, decoded };
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    return { code: error.code, message: error.message };
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
