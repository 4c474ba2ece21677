/**
 * Turns a question, plain text or a Stack Exchange post in HTML, into the text that is embedded:
 * code blocks, tags and addresses go, entities become characters, white space is collapsed.
 * Does the same as recipes/faq/clean.py, which explains each pattern; fixed for both by
 * test/fixtures/faq/cleaning.json. Runs in time linear to the text.
 */
const SPACE =
  /[\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+/gu;
const CODE_BLOCK = /<pre(?: [^<>]*)?>[^<]*(?:<(?!\/?pre[ >])[^<]*)*<\/pre ?>/giu;
const TAG =
  /<!--[^<>]*>|<\/?(?:a|b|blockquote|br|code|dd|del|dl|dt|em|h[1-6]|hr|i|img|kbd|li|ol|p|pre|s|strike|strong|sub|sup|u|ul)(?: [^<>=]+=[^<>]*| ?\/| )?>/giu;
const ADDRESS = /(?:https?|ftp):\/\/[^ <>"'`()]*/giu;
const ENTITY = /&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,6});/gu;
const REPLACEMENT = '\ufffd';

const NAMED = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
  ['hellip', '…'],
  ['ndash', '–'],
  ['mdash', '—'],
  ['lsquo', '‘'],
  ['rsquo', '’'],
  ['ldquo', '“'],
  ['rdquo', '”'],
  ['laquo', '«'],
  ['raquo', '»'],
  ['times', '×'],
  ['middot', '·'],
  ['bull', '•'],
  ['larr', '←'],
  ['rarr', '→'],
  ['le', '≤'],
  ['ge', '≥'],
  ['ne', '≠'],
  ['copy', '©'],
  ['trade', '™'],
]);

/** Empty only for a text of white space and control characters. */
export function cleanText(raw: string): string {
  const text = collapse(raw.toWellFormed());
  const prose = stripTags(text.replace(CODE_BLOCK, ' ')).replace(ADDRESS, ' ');
  return unescapeEntities(prose) || unescapeEntities(stripTags(text)) || text;
}

function stripTags(text: string): string {
  return text.replace(TAG, ' ');
}

function unescapeEntities(text: string): string {
  return collapse(text.replace(ENTITY, (entity, name: string) => character(name) ?? entity));
}

function collapse(text: string): string {
  return text.replace(SPACE, ' ').replace(/^ | $/g, '');
}

function character(name: string): string | undefined {
  if (!name.startsWith('#')) return NAMED.get(name);
  const point = /^#x/i.test(name) ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10);
  const isCharacter = point > 0 && point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff);
  return isCharacter ? String.fromCodePoint(point) : REPLACEMENT;
}
