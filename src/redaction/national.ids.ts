import {
  isBelgianNumber,
  isCodiceFiscale,
  isCpf,
  isDni,
  isFodselsnummer,
  isHetu,
  isNir,
} from './checksums.js';
import { DIGIT, digitsOf } from './extents.js';
import { END, numbers, SIX_DIGITS, START, type TextRule, whole, wholeNumber } from './text.rule.js';

/** National ids whose form and checksum together make them certain; others are known by their label. */
export const NATIONAL_IDS: readonly TextRule[] = [
  {
    name: 'national-id',
    reason: 'France: its form of 15 digits, and modulo 97.',
    needs: SIX_DIGITS,
    pattern: numbers(
      `${START}[12] ?\\d\\d ?(?:0[1-9]|1[0-2]|[2-9]\\d) ?(?:\\d\\d|2[AB]) ?\\d{3} ?\\d{3} ?\\d\\d${END}`,
    ),
    cut: wholeNumber('national-id', (text) => isNir(text.toUpperCase().replaceAll(' ', ''))),
  },
  {
    name: 'national-id',
    reason: 'Spain: DNI and NIE, whose letter follows from the digits.',
    needs: SIX_DIGITS,
    pattern: numbers(`${START}(?:\\d{8}|[XYZ]-?\\d{7})-?[A-HJ-NP-TV-Z](?![\\w-])`),
    cut: wholeNumber('national-id', (text) => isDni(text.replaceAll('-', ''))),
  },
  {
    name: 'national-id',
    reason: 'Italy: codice fiscale, 16 characters with a date within and a letter that follows.',
    needs: DIGIT,
    pattern: /(?<!\w)[A-Z]{6}[\dLMNP-V]{2}[A-EHLMPRST][\dLMNP-V]{2}[A-Z][\dLMNP-V]{3}[A-Z](?!\w)/gi,
    cut: whole('national-id', isCodiceFiscale),
  },
  {
    name: 'national-id',
    reason: 'Brazil: CPF as it is written, with two check digits.',
    needs: SIX_DIGITS,
    pattern: new RegExp(`${START}\\d{3}\\.\\d{3}\\.\\d{3}-\\d\\d${END}`, 'g'),
    cut: whole('national-id', (text) => isCpf(digitsOf(text))),
  },
  {
    name: 'national-id',
    reason: 'Belgium: as it is written, a date, and modulo 97.',
    needs: SIX_DIGITS,
    pattern: new RegExp(`${START}\\d\\d\\.[0-5]\\d\\.[0-3]\\d-\\d{3}\\.\\d\\d${END}`, 'g'),
    cut: whole('national-id', (text) => isBelgianNumber(digitsOf(text))),
  },
  {
    name: 'national-id',
    reason: 'Finland: a date, a sign for the century, and modulo 31.',
    needs: SIX_DIGITS,
    pattern: /(?<!\w)[0-3]\d[01]\d{3}[-+A-FYXWVU]\d{3}[\dA-FHJ-NPR-Y](?!\w)/gi,
    cut: whole('national-id', isHetu),
  },
  {
    name: 'national-id',
    reason:
      'Norway: 11 digits with a date and two check digits; one number in 3,000 has them by chance.',
    needs: SIX_DIGITS,
    pattern: numbers(`${START}(?:0[1-9]|[12]\\d|3[01])(?:0[1-9]|1[0-2])\\d\\d ?\\d{5}${END}`),
    cut: wholeNumber('national-id', (text) => isFodselsnummer(digitsOf(text))),
  },
];
