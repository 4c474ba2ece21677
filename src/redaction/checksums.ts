/** Length of an IBAN by country (SWIFT IBAN registry). */
const IBAN_LENGTHS = new Map(
  (
    'AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24' +
    'FI18FK18FO18FR27GB22GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32' +
    'LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24' +
    'RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20YE30'
  )
    .match(/.{4}/g)
    ?.map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** Length of an IBAN that begins with these two letters, in any case. */
export function ibanLength(country: string): number | undefined {
  return IBAN_LENGTHS.get(country.toUpperCase());
}

/** ISO 13616: the remainder modulo 97 of the rearranged digits and letters is 1. */
export function isIban(compact: string): boolean {
  const text = compact.toUpperCase();
  let rest = 0;
  for (let at = 0; at < text.length; at += 1) {
    const value = Number.parseInt(text.charAt((at + 4) % text.length), 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/** A payment card's number: length and first digits of a scheme, and Luhn (ISO/IEC 7812). */
export function isCard(digits: string): boolean {
  return CARD_SHAPE.test(digits) && luhn(digits);
}

const CARD_SHAPE =
  /^(?:3[47]\d{13}|3[0689]\d{12,17}|4(?:\d{12}|\d{15}|\d{18})|(?:35|[256]\d|8[12])\d{14}|[56]\d{12,18})$/;

function luhn(digits: string): boolean {
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const doubled = digit(digits, digits.length - 1 - at) * (at % 2 === 0 ? 1 : 2);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** Spain: eight digits (of a NIE the first is a letter) and a letter, modulo 23. */
export function isDni(text: string): boolean {
  const letter = text.slice(-1).toUpperCase();
  const number = text
    .slice(0, 8)
    .toUpperCase()
    .replace(/^[XYZ]/, (first) => {
      return String('XYZ'.indexOf(first));
    });
  return 'TRWAGMYFPDXBNJZSQVHLCKE'.charAt(Number(number) % 23) === letter;
}

/** France: sex, year, month, department, commune, order, and a key modulo 97. */
export function isNir(digits: string): boolean {
  const corsica = digits.replace('2A', '19').replace('2B', '18');
  return 97 - Number(BigInt(corsica.slice(0, 13)) % 97n) === Number(corsica.slice(13));
}

const ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22];
const ODD_VALUES = [...ODD, 25, 24, 23];

/** Italy: fifteen letters and digits and a letter modulo 26. */
export function isCodiceFiscale(text: string): boolean {
  const upper = text.toUpperCase();
  let sum = 0;
  for (let at = 0; at < 15; at += 1) {
    const value = Number.parseInt(upper.charAt(at), 36);
    const index = value > 9 ? value - 10 : value;
    sum += at % 2 === 0 ? (ODD_VALUES[index] ?? 0) : index;
  }
  return String.fromCharCode(65 + (sum % 26)) === upper.charAt(15);
}

/** Brazil: nine digits and two check digits modulo 11. */
export function isCpf(digits: string): boolean {
  const check = (length: number): number => {
    let sum = 0;
    for (let at = 0; at < length; at += 1) sum += digit(digits, at) * (length + 1 - at);
    return ((sum * 10) % 11) % 10;
  };
  return check(9) === digit(digits, 9) && check(10) === digit(digits, 10);
}

/** Belgium: birth date, order, and 97 less the remainder; those born since 2000 have a 2 before it. */
export function isBelgianNumber(digits: string): boolean {
  const number = Number(digits.slice(0, 9));
  const key = Number(digits.slice(9));
  return [number, 2_000_000_000 + number].some((value) => 97 - (value % 97) === key);
}

/** Finland: birth date, order and a character modulo 31. */
export function isHetu(text: string): boolean {
  const number = Number(text.slice(0, 6) + text.slice(7, 10));
  return '0123456789ABCDEFHJKLMNPRSTUVWXY'.charAt(number % 31) === text.slice(10).toUpperCase();
}

const NORWEGIAN_WEIGHTS = [
  [3, 7, 6, 1, 8, 9, 4, 5, 2, 1],
  [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1],
];

/** Norway: birth date, order and two check digits modulo 11. */
export function isFodselsnummer(digits: string): boolean {
  return NORWEGIAN_WEIGHTS.every((weights) => {
    const sum = weights.reduce((total, weight, at) => total + weight * digit(digits, at), 0);
    return sum % 11 === 0;
  });
}

function digit(digits: string, at: number): number {
  return digits.charCodeAt(at) - 48;
}
