/** `text.slice(from, to)` becomes `by`; the search goes on behind it. */
export interface Cut {
  readonly from: number;
  readonly to: number;
  readonly by: string;
}

export interface TextRule {
  readonly name: string;
  /** Why the pattern is as it is, and what it is for. */
  readonly reason: string;
  /** A character or two without which no match is possible. */
  readonly needs: string | RegExp;
  /** Global; `lastIndex` is the search's own. */
  readonly pattern: RegExp;
  /** Undefined when it only looked so: the search goes on one character later. */
  readonly cut: (match: RegExpExecArray) => Cut | undefined;
}

export const marker = (name: string) => `[redacted:${name}]`;

export const until = (match: RegExpExecArray) => match.index + match[0].length;
/** Nothing to take: the search goes on at `at`. */
export const nothing = (at: number): Cut => ({ from: at, to: at, by: '' });

/** Puts a text in the place of the match. */
export function instead(match: RegExpExecArray, by: string): Cut {
  return by === match[0] ? nothing(until(match)) : { from: match.index, to: until(match), by };
}

/** Takes the whole match out, where `proves` agrees with it. */
export function whole(
  name: string,
  proves: (text: string) => boolean = () => true,
): TextRule['cut'] {
  const by = marker(name);
  return (match) => (proves(match[0]) ? instead(match, by) : undefined);
}

/** As many digits, with separators or not, as all numbers have that identify somebody. */
export const SIX_DIGITS = /\d(?:[ ./()-]{0,3}\d){5}/;
/** Not within a word or a decimal number, nor behind a dash of a version or hash. */
export const START = '(?<![\\w.])';
export const END = '(?![\\w]|[.,]\\d)';
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/.source;

/** A number that is not a part of a UUID. Group 1 is the number. */
export function numbers(source: string): RegExp {
  return new RegExp(`(?<![0-9A-Za-z])${UUID}|(${source})`, 'gi');
}

/** As `whole`, for patterns of `numbers`. */
export function wholeNumber(
  name: string,
  proves: (text: string) => boolean = () => true,
): TextRule['cut'] {
  const cut = whole(name, proves);
  return (match) => (match[1] === undefined ? nothing(until(match)) : cut(match));
}
