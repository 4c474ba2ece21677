import { randomBytes, randomInt } from 'node:crypto';
import { PERSONAL_DATA, secretValues } from './canary.secrets.js';

/** One word for all canaries of a run; letters only, so that no escaping changes it. */
const WORD = `zq${Array.from({ length: 14 }, () => 'bcdfghjklmnp'.charAt(randomInt(12))).join('')}`;

/**
 * Makes the texts that must not be seen again, and finds them. Each has a word of its own, which
 * says where it was planted, and one of the secrets; these take turns.
 */
export class Canaries {
  readonly #places: string[] = [];
  readonly #secrets = secretValues();
  #next = 0;

  /** A text that is planted at a place. */
  at(place: string): string {
    return `${this.word(place)} ${this.secret()}`;
  }

  /** A word without form, which no rule of redaction knows: it must not even get there. */
  word(place: string): string {
    this.#places.push(place);
    return `${WORD}${(this.#places.length - 1).toString(16)}x`;
  }

  secret(): string {
    const { text } = this.#secrets[this.#next++ % this.#secrets.length] ?? { text: '' };
    return text;
  }

  get secrets(): readonly string[] {
    return this.#secrets.map(({ text }) => text);
  }

  get planted(): number {
    return this.#places.length;
  }

  /** What of the canaries is in a text, also percent-encoded, in base64, hex or without separators. */
  leaksIn(text: string): string[] {
    const found = new Set<string>();
    const decoded = percentDecoded(text);
    for (const form of new Set([text, decoded])) {
      const lower = form.toLowerCase();
      for (const [, at = ''] of lower.matchAll(new RegExp(`${WORD}([0-9a-f]*)`, 'g'))) {
        found.add(`the word planted as ${this.#places[Number.parseInt(at, 16)]}`);
      }
      const joined = lower.replaceAll(/[ .()/-]/g, '');
      for (const { name, needle } of this.#secrets) {
        const plain = needle.toLowerCase();
        if (lower.includes(plain)) found.add(`${name}: ${around(lower, plain)}`);
        const digits = plain.replaceAll(/[ .()/-]/g, '');
        if (/^[+a-z]{0,4}\d[\da-z]{11,}$/.test(digits) && joined.includes(digits)) {
          found.add(`${name}, without separators: ${around(joined, digits)}`);
        }
      }
    }
    for (const hidden of [WORD, ...this.#secrets.map(({ needle }) => needle)]) {
      const form = encodings(hidden).find((one) => text.includes(one));
      if (form !== undefined) found.add(`${hidden} encoded: ${around(text, form)}`);
    }
    return [...found];
  }
}

/** Where it stands, for whoever has to mend it. */
function around(text: string, part: string): string {
  const at = text.indexOf(part);
  return text.slice(Math.max(0, at - 80), at + part.length + 40);
}

function percentDecoded(text: string): string {
  return text.replaceAll(/(?:%[0-9a-fA-F]{2})+/g, (run) =>
    Buffer.from(run.replaceAll('%', ''), 'hex').toString(),
  );
}

/** Base64 of a text wherever it begins within what is encoded, base64url, and hex. */
function encodings(text: string): string[] {
  const shifted = [0, 1, 2].flatMap((shift) => {
    const base64 = Buffer.from(' '.repeat(shift) + text).toString('base64');
    // The characters at both ends depend on the neighbours.
    const certain = base64.replaceAll('=', '').slice(shift + 1, -2);
    return [certain, certain.replaceAll('+', '-').replaceAll('/', '_')];
  });
  return [...shifted, Buffer.from(text).toString('hex')].filter(({ length }) => length >= 10);
}

/** Secrets that are a sane `X-Request-Id` and therefore get as far as the log. */
export function secretIds(): string[] {
  const secret = randomBytes(32).toString('base64url');
  const sane = PERSONAL_DATA.map(({ text }) => text).filter((text) => /^[\w.:-]+$/.test(text));
  return [`nst_mobile_${secret}`, `eyJhbGciOiJub25lIn0.${secret}.${secret}`, ...sane];
}
