import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { cleanText } from './text.cleaner.js';

const fixture = new URL('../../test/fixtures/faq/cleaning.json', import.meta.url);
const cases = JSON.parse(readFileSync(fixture, 'utf8')) as { text: string; cleaned: string }[];

describe('cleanText', () => {
  it('has cases to go by', () => expect(cases.length).toBeGreaterThan(50));

  it.each(cases)('cleans $text as the recipe does', ({ text, cleaned }) => {
    expect(cleanText(text)).toBe(cleaned);
  });

  it('finds nothing more to clean in plain words', () => {
    const text = 'How do I sort an array of numbers?';
    expect(cleanText(cleanText(text))).toBe(text);
  });

  // A pattern that tries again from every place would take minutes for these.
  it.each([
    '<pre ',
    '<pre>',
    '<pre><',
    '<pre>a</pre',
    '</',
    '<a b=',
    '<a =',
    '<!--',
    '&#',
    '&amp',
    'http://',
    'https',
    ' ',
    '\ud800',
  ])('cleans 200 kB of %j in time linear to the text', (part) => {
    const started = performance.now();
    cleanText(part.repeat(Math.ceil(200_000 / part.length)));
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
