import { REDACTED } from './extents.js';
import { RULES } from './redaction.rules.js';
import { isSecretName } from './secret.names.js';
import type { TextRule } from './text.rule.js';

/** Characters of one text that are kept. */
const MAX_TEXT = 4_096;
/** No secret that is known by its end is longer: what a cut leaves of one lies within. */
const MARGIN = 512;
/** Most of what is looked at, in a glance: names, paths, UUIDs. */
const HARMLESS =
  /^(?:[A-Za-z_./-]{0,64}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;
const LETTERS_THAT_HARM = /nst_|eyJ/;
/** A marker may end what kept a neighbour from being recognised. */
const MAX_PASSES = 4;
const MAX_DEPTH = 8;
const MAX_MEMBERS = 1_000;

/**
 * Takes secrets and personal data out of free text and puts markers such as `[redacted:card]` in
 * their place. Linear in time, never throws, and changes nothing when it is called again on what it
 * gave. Text beyond 4,096 characters is cut off.
 */
export function redactText(text: string): string {
  if (text.length <= 64 && HARMLESS.test(text) && !LETTERS_THAT_HARM.test(text)) return text;
  if (text.length <= MAX_TEXT) return scrub(text);
  const kept = scrub(text.slice(0, MAX_TEXT))
    .slice(0, -MARGIN)
    .slice(0, MAX_TEXT - MARGIN);
  return `${kept}… [cut, ${text.length} characters]`;
}

/** Without the bound on the length. What was changed is looked at again, until nothing changes. */
export function scrub(text: string): string {
  let clean = text;
  for (let pass = 0; pass < MAX_PASSES; pass += 1) {
    const before = clean;
    clean = applyAll(clean);
    if (clean === before) break;
  }
  return clean;
}

function applyAll(text: string): string {
  let clean = text;
  for (const rule of RULES) {
    const { needs } = rule;
    if (typeof needs === 'string' ? clean.includes(needs) : needs.test(clean)) {
      clean = apply(rule, clean);
    }
  }
  return clean;
}

function apply({ pattern, cut }: TextRule, text: string): string {
  let clean = '';
  let copied = 0;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const found = cut(match);
    if (found === undefined || found.from === found.to) {
      pattern.lastIndex = found?.to ?? match.index + 1;
      continue;
    }
    clean += text.slice(copied, Math.max(copied, found.from)) + found.by;
    copied = Math.max(copied, found.to);
    pattern.lastIndex = found.to;
  }
  return copied === 0 ? text : clean + text.slice(copied);
}

/**
 * A deep copy for logs and telemetry: members with the name of a secret are `[redacted]`, all other
 * text goes through `redactText`, errors keep name, message, stack and cause, buffers tell their
 * length only. Depth and number of members are bounded; never throws.
 */
export function redactRecord<T>(value: T): T {
  return new Copy().of(value, 0) as T;
}

class Copy {
  #members = 0;
  readonly #within: object[] = [];

  of(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return redactText(value);
    if (typeof value === 'number') return redactNumber(value);
    if (typeof value === 'function') return '[function]';
    if (typeof value === 'symbol') return redactText(String(value));
    if (typeof value !== 'object' || value === null) return value;
    if (this.#within.includes(value)) return '[cycle]';
    if (depth >= MAX_DEPTH || this.#members >= MAX_MEMBERS) return '[cut]';
    this.#within.push(value);
    try {
      return this.#object(value, depth + 1);
    } catch {
      return '[unreadable]';
    } finally {
      this.#within.pop();
    }
  }

  #object(value: object, depth: number): unknown {
    if (Array.isArray(value)) return this.#list(value, depth);
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
    if (value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
    if (value instanceof Date) return value;
    if (value instanceof URL) return redactText(value.href);
    if (value instanceof Error) return this.#error(value, depth);
    if (value instanceof Map) return this.#entries(value.entries(), depth);
    if (value instanceof Set) return this.#list(value, depth);
    return this.#entries(Object.entries(value), depth);
  }

  #list(values: Iterable<unknown>, depth: number): unknown[] {
    const list: unknown[] = [];
    for (const one of values) {
      if (this.#full()) break;
      list.push(this.of(one, depth));
    }
    return list;
  }

  #entries(entries: Iterable<[unknown, unknown]>, depth: number): Record<string, unknown> {
    const copy: Record<string, unknown> = {};
    for (const [key, one] of entries) {
      if (this.#full()) break;
      const name = String(key);
      put(copy, redactText(name), this.#member(name, one, depth));
    }
    return copy;
  }

  /** What says nothing, such as `password: undefined`, stays. */
  #member(name: string, value: unknown, depth: number): unknown {
    const tells = value !== undefined && value !== null && typeof value !== 'boolean';
    return tells && isSecretName(name) ? REDACTED : this.of(value, depth);
  }

  /** An Error still, so that loggers and exporters know it as one. */
  #error(error: Error, depth: number): Error {
    const copy = Object.create(Error.prototype) as Error & Record<string, unknown>;
    const { name, message, stack, cause } = error;
    const own = Object.entries(error);
    const members = [...Object.entries({ name, message, stack, cause }), ...own];
    for (const [key, one] of members) {
      if (one !== undefined && !this.#full()) put(copy, key, this.#member(key, one, depth));
    }
    return copy;
  }

  #full(): boolean {
    this.#members += 1;
    return this.#members > MAX_MEMBERS;
  }
}

function put(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') object[key] = value;
  else
    Object.defineProperty(object, key, {
      value,
      enumerable: true,
      writable: true,
      configurable: true,
    });
}

/** Card and other numbers may come as numbers. */
function redactNumber(value: number): unknown {
  if (!Number.isSafeInteger(value) || value < 1e11) return value;
  const text = String(value);
  const clean = redactText(text);
  return clean === text ? value : clean;
}
