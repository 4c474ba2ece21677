/**
 * What is taken out of free text, in the order in which it is looked for. Time is linear in the
 * length of the text whatever it holds, because every pattern keeps to one of two forms: its match
 * is bounded, so that it fails after a bounded number of characters; or, once a bounded beginning
 * is there, it succeeds and all that it has read is behind it. bench/redaction.mjs guards this.
 */
import { ibanLength, isIban } from './checksums.js';
import {
  cardEnd,
  compactEnd,
  DIGIT,
  followsPath,
  mailboxStart,
  namesCaller,
  nationalPhone,
  plainUrl,
  REDACTED,
  truncatedIpv6,
  valueEnd,
} from './extents.js';
import { NATIONAL_IDS } from './national.ids.js';
import { NAMED_VALUE } from './secret.names.js';
import {
  instead,
  marker,
  nothing,
  numbers,
  SIX_DIGITS,
  type TextRule,
  until,
  whole,
} from './text.rule.js';

export const RULES: readonly TextRule[] = [
  {
    name: 'private-key',
    reason: 'PEM, also encrypted or cut off; an end that is missing is the end of the text.',
    needs: '-----BEGIN',
    pattern: /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[^]*?(?:-----END[A-Z0-9 ]{0,60}-{0,5}|$)/g,
    cut: whole('private-key'),
  },
  {
    name: 'jwt',
    reason:
      'Access, identity and refresh tokens: base64url of `{"`, with or without its other parts.',
    needs: 'eyJ',
    pattern: /eyJ[\w-]{10,}(?:\.[\w-]*){0,4}/g,
    cut: whole('jwt'),
  },
  {
    name: 'api-key',
    reason:
      'Our own form, nst_<id>_<secret>; the id goes too, as a bad key may hold anything there.',
    needs: 'nst_',
    pattern: /nst_[\w.-]{8,}/g,
    cut: whole('api-key'),
  },
  {
    name: 'bearer',
    reason: 'Credentials of Authorization without its name; the words of prose are lower-case.',
    needs: /bearer|basic|negotiate|digest|sharedaccesssignature|sharedkey/i,
    pattern:
      /\b(?:bearer|basic|negotiate|digest|sharedaccesssignature|sharedkey(?:lite)?)\s{1,4}[\w.~+/=:-]{6,}/gi,
    cut: (match) => {
      const [scheme = '', credential = ''] = match[0].split(/\s+/);
      if (/^[a-z]{1,24}$/.test(credential)) return nothing(until(match));
      const from = match.index + match[0].length - credential.length;
      return scheme === '' ? undefined : { from, to: until(match), by: marker('bearer') };
    },
  },
  {
    name: 'named-value',
    reason: 'password=…, "token": "…", AccountKey=…;, Cookie: … and all other names of secrets.',
    needs: /[=:]/,
    pattern: NAMED_VALUE,
    cut: (match) => {
      const from = until(match);
      // Before anything is read: what is not taken must not be read again and again.
      if (match.input.startsWith('[redacted', from) || namesCaller(match)) return nothing(from);
      const to = valueEnd(match.input, from, match[1] !== undefined);
      return { from, to, by: to === from ? '' : REDACTED };
    },
  },
  {
    name: 'url',
    reason: 'User and password before the host, queries and fragments behind the path.',
    needs: '://',
    pattern: /:\/\/[^\s"'`<>]*/g,
    cut: (match) => instead(match, plainUrl(match[0])),
  },
  {
    name: 'query',
    reason: 'A query behind a path that has no host before it.',
    needs: '?',
    pattern: /\?[^\s"'`<>?]+/g,
    cut: (match) => {
      const isQuery = followsPath(match) || /^\?[\w.~%[\]-]{1,64}=/.test(match[0]);
      if (!isQuery || match[0].startsWith('?[redacted')) return nothing(until(match));
      return { from: match.index + 1, to: until(match), by: REDACTED };
    },
  },
  {
    name: 'azure-key',
    reason:
      'Base64 of 64 or 32 bytes (storage, Cosmos DB, Service Bus, Event Hubs), not a named hash.',
    needs: '=',
    pattern: /(?<![\w+/=-])(?:[A-Za-z0-9+/]{86}==|[A-Za-z0-9+/]{43}=)(?![\w+/=])/g,
    cut: whole('azure-key', (text) => /[A-Z]/.test(text) && /[a-z]/.test(text)),
  },
  {
    name: 'azure-key',
    reason:
      'Keys of Azure that carry their mark: 84 characters (AI services, …), and Functions, Search, Redis.',
    needs: /JQQJ99|AzFu|AzSe|AzCa/,
    pattern:
      /(?<![\w+/-])(?:[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{18}[A-Za-z0-9]{8}|[\w+/-]{30,44}Az(?:Fu|Se|Ca)[\w+/-]{4,8}={0,2})(?![\w+/=-])/g,
    cut: whole('azure-key'),
  },
  {
    name: 'client-secret',
    reason: 'Secrets that Entra ID makes for applications have `<digit>Q~` in the fourth place.',
    needs: 'Q~',
    pattern: /(?<![\w~.-])[\w~.-]{3}\dQ~[\w~.-]{31,34}(?![\w~-])/g,
    cut: whole('client-secret'),
  },
  {
    name: 'email',
    reason: 'Found by its @ (also %40) and its domain; what stands before it is read backwards.',
    needs: /@|%40/,
    pattern: /(?:@|%40)(?:[A-Za-z0-9\u0080-\uffff-]{1,63}\.){1,8}[A-Za-z\u0080-\uffff]{2,24}/g,
    cut: (match) => {
      const from = mailboxStart(match.input, match.index);
      if (from === match.index) return nothing(until(match));
      return { from, to: until(match), by: marker('email') };
    },
  },
  {
    name: 'iban',
    reason: 'Country, its length and modulo 97; in groups of four or without blanks.',
    needs: DIGIT,
    pattern: /(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?=[ -]?[A-Za-z0-9]{4})/g,
    cut: (match) => {
      const wanted = ibanLength(match[0].slice(0, 2));
      const to = wanted && compactEnd(match.input, match.index, wanted);
      if (!to || !isIban(match.input.slice(match.index, to).replace(/[ -]/g, ''))) return undefined;
      return { from: match.index, to, by: marker('iban') };
    },
  },
  {
    name: 'card',
    reason: 'Payment cards by scheme, length and Luhn, among other numbers too.',
    needs: SIX_DIGITS,
    pattern: numbers('(?<![A-Za-z0-9]|\\d[.,])[2-68]\\d{0,18}(?:[ -]?\\d){12,18}'),
    cut: (match) => {
      if (match[1] === undefined) return nothing(until(match));
      const to = cardEnd(match.input, match.index);
      return to === undefined ? undefined : { from: match.index, to, by: marker('card') };
    },
  },
  ...NATIONAL_IDS,
  {
    name: 'phone',
    reason: 'E.164, with or without separators.',
    needs: '+',
    pattern: /(?<![\w+])\+[1-9](?:[ .()/-]{0,2}\d){6,14}(?!\w)/g,
    cut: whole('phone'),
  },
  {
    name: 'phone',
    reason:
      'National forms with their separators: a leading zero or brackets, and those of North America, Spain and Brazil. Numbers without separators are ids as often as phones.',
    needs: SIX_DIGITS,
    pattern: numbers(
      `(?<![\\w.,+-]|\\d:)(?:\\(\\d{3}\\) ?\\d{3}[ .-]\\d{4}|\\(0?\\d{1,4}\\)[ -]?\\d{2,8}(?:[ -]\\d{2,8}){0,4}|` +
        `0\\d{1,4}(?:[ /-]\\d{2,8}){1,5}|0\\d(?:\\.\\d\\d){4}|` +
        `[2-9]\\d\\d([ .-])\\d{3}\\2\\d{4}|(?<!\\d )[6-9]\\d\\d([ -])\\d{3}\\3\\d{3}|` +
        `[1-9]\\d 9?\\d{4}-\\d{4})(?![\\w-]|[.,:]\\d)`,
    ),
    cut: (match) => {
      if (match[1] === undefined) return nothing(until(match));
      const phone = nationalPhone(match[1]);
      if (phone === undefined) return undefined;
      return { from: match.index, to: match.index + phone.length, by: marker('phone') };
    },
  },
  {
    name: 'ipv6',
    reason: 'Truncated to /48, which is a site and not a caller.',
    needs: /:[0-9a-f]*:/i,
    pattern: /(?<![\w:.])[0-9a-f:]{2,45}(?![\w:.]{0,1}[\w:])/gi,
    cut: (match) => instead(match, truncatedIpv6(match[0])),
  },
  {
    name: 'ipv4',
    reason: 'Truncated to /24; loopback and 0.0.0.0 are nobody.',
    needs: /\d\.\d/,
    pattern:
      /(?<![\w.])(?!127\.|0\.0\.0\.0)((?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3})(?:25[0-5]|2[0-4]\d|1?\d?\d)(?!\w|\.\d)/g,
    cut: (match) => instead(match, `${match[1]}0`),
  },
];
