import { isIPv6 } from 'node:net';
import { isCard } from './checksums.js';

export const REDACTED = '[redacted]';
export const DIGIT = /\d/;

export function digitsOf(text: string): string {
  return text.replace(/\D/g, '');
}

/** `api-key:<id>` is how our own lines name a caller; the header has `x-` before it. */
export function namesCaller({ index, input, 0: sign }: RegExpExecArray): boolean {
  return sign === ':' && /(?<![\w-])api-key$/.test(input.slice(Math.max(0, index - 8), index));
}

/** Whether a path, or the end of a long one, stands before the match. */
export function followsPath({ index, input }: RegExpExecArray): boolean {
  const before = input.slice(Math.max(0, index - 64), index);
  const slash = before.lastIndexOf('/');
  return slash >= 0 && !/[\s"'`<>]/.test(before.slice(slash));
}

/** Behind the value that begins at `from`: a quoted text, a line, or up to a separator. */
export function valueEnd(text: string, from: number, line: boolean): number {
  let at = from;
  while (text[at] === '\\') at += 1;
  const quote = text[at];
  if (quote === '"' || quote === "'") return quotedEnd(text, at, at - from);
  if (line) return runEnd(text, from, /[\r\n]/g);
  let end = runEnd(text, from, /[\s;&"'`<>]/g);
  // A bracket may end a marker that stands in the value.
  const closing = text.slice(from, end).includes('[') ? ',).:}' : ',).:}]';
  while (end > from && closing.includes(text.charAt(end - 1))) end -= 1;
  return end;
}

/** Behind the quote that ends what the one at `open` begins, where `slashes` stand before both. */
function quotedEnd(text: string, open: number, slashes: number): number {
  const quote = text.charAt(open);
  for (let at = text.indexOf(quote, open + 1); at >= 0; at = text.indexOf(quote, at + 1)) {
    let before = 0;
    while (text[at - before - 1] === '\\') before += 1;
    if (before <= slashes) return at + 1;
  }
  return text.length;
}

function runEnd(text: string, from: number, separator: RegExp): number {
  separator.lastIndex = from;
  return separator.exec(text)?.index ?? text.length;
}

/** @param url from `://` on */
export function plainUrl(url: string): string {
  const query = url.search(/[?#]/);
  const base = query < 0 ? url : url.slice(0, query);
  const tail = query < 0 ? '' : `${url.charAt(query)}${REDACTED}`;
  const authority = /^:\/\/[^/]*/.exec(base)?.[0] ?? '';
  // A password may hold a slash; a port, a path of scoped packages may not be taken for one.
  const user = authority.includes('@') || /^:\/\/[^/:]*:(?!\d{0,5}(?:\/|$))/.test(base);
  const at = user ? url.lastIndexOf('@') : -1;
  if (at < 0) return base + tail;
  const host = at < base.length ? base.slice(at + 1) : url.slice(at + 1).split(/[?#]/, 1)[0];
  return `://${REDACTED}@${host}${tail}`;
}

const MAILBOX = /[^\s@"`<>()[\],;:\\/=?&|]/;
const MAILBOX_MAX = 64;

export function mailboxStart(text: string, at: number): number {
  let from = at;
  while (from > 0 && at - from < MAILBOX_MAX && MAILBOX.test(text.charAt(from - 1))) from -= 1;
  // A quote before the address, as in inspected objects
  while (text[from] === "'") from += 1;
  return from;
}

/** Behind `wanted` letters and digits from `from` on, in groups or not; undefined where a word goes on. */
export function compactEnd(text: string, from: number, wanted: number): number | undefined {
  let at = from;
  for (let count = 0; count < wanted; at += 1) {
    if (/[A-Za-z0-9]/.test(text.charAt(at))) count += 1;
    else if (!/[ -]/.test(text.charAt(at)) || !/[A-Za-z0-9]/.test(text.charAt(at + 1))) return;
  }
  return /[A-Za-z0-9]/.test(text.charAt(at)) ? undefined : at;
}

/** Behind the longest card number that begins at `from` and ends with a group of digits. */
export function cardEnd(text: string, from: number): number | undefined {
  let digits = '';
  let found: number | undefined;
  for (let at = from; digits.length <= 19; at += 1) {
    const char = text.charAt(at);
    if (DIGIT.test(char)) digits += char;
    else {
      if (digits.length >= 12 && !/[A-Za-z]/.test(char) && isCard(digits)) found = at;
      if (!/[ -]/.test(char) || !DIGIT.test(text.charAt(at + 1))) break;
    }
  }
  return found;
}

const DATE = /^\d{1,2}[ /.-]\d{1,2}[ /.-]\d{4}/;

/** Without the groups behind it that are too many for a number. */
export function nationalPhone(groups: string): string | undefined {
  let phone = groups;
  while (digitsOf(phone).length > 13) phone = phone.replace(/[ /-]\d+$/, '');
  return digitsOf(phone).length >= 9 && !DATE.test(phone) ? phone : undefined;
}

export function truncatedIpv6(run: string): string {
  const address = isIPv6(run) ? run : run.replace(/:$/, '');
  // Names in C++ and Rust look alike, and are never without a digit in addresses that occur.
  if (!DIGIT.test(address) || !isIPv6(address) || /^[:0]*:0*1?$/.test(address)) return run;
  const [head = ''] = address.split('::', 1);
  const groups = [...head.split(':'), '0', '0', '0'].slice(0, 3).map((group) => group || '0');
  while (groups.length > 1 && Number.parseInt(groups.at(-1) ?? '', 16) === 0) groups.pop();
  return `${groups.join(':')}::${run.slice(address.length)}`;
}
