import { decodeDense, LIFTED_LENGTH, type LiftedBytes, referenceTo } from './base64.js';

/** Images come early in a body that has any; others are not searched to their end. */
const MAX_QUOTES = 1_024;
const QUOTE = '"'.charCodeAt(0);
const BACKSLASH = '\\'.charCodeAt(0);
const APOSTROPHE = "'".charCodeAt(0);
/** What may stand between a quote and the base64: the forms that `decodeBase64` knows. */
const BEFORE = /^(?:b?')?(?:data:[^,"\\]{0,256};base64,)?/i;
/** A key is no image, and its name must stay. */
const KEY_END = /^'?\\*"(?:\\*")?\s*:/;

export interface LiftedBody {
  /** The body with a reference in the place of each decoded text. */
  readonly json: Buffer;
  readonly lifted: LiftedBytes;
}

/**
 * Decodes the long base64 texts of a JSON body before the JSON is parsed: strings of the size of an
 * image are then never made, which costs more than all the rest that is done to a body.
 */
export function liftBase64(body: Buffer): LiftedBody {
  const lifted: Buffer[] = [];
  const parts: Buffer[] = [];
  let from = 0;
  let at = body.indexOf(QUOTE);
  for (let quotes = 0; at >= 0 && quotes < MAX_QUOTES; quotes += 1) {
    const next = body.indexOf(QUOTE, at + 1);
    if (next - at > LIFTED_LENGTH) {
      const [start, end] = base64Between(body, at + 1, next);
      const bytes = decodeDense(body.subarray(start, end));
      if (bytes !== undefined && !KEY_END.test(body.toString('latin1', end, end + 16))) {
        parts.push(body.subarray(from, start), Buffer.from(referenceTo(lifted.length)));
        lifted.push(bytes);
        from = end;
      }
    }
    at = next;
  }
  if (lifted.length === 0) return { json: body, lifted };
  return { json: Buffer.concat([...parts, body.subarray(from)]), lifted };
}

/** Leaves out what wraps base64 between two quotes, the second of which may be escaped. */
function base64Between(body: Buffer, start: number, end: number): [start: number, end: number] {
  const before = BEFORE.exec(body.toString('latin1', start, start + 300))?.[0].length ?? 0;
  let last = end;
  while (body[last - 1] === BACKSLASH || body[last - 1] === APOSTROPHE) last -= 1;
  return [start + before, last];
}
