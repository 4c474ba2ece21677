/**
 * Names of members, headers and parameters whose values are never told. Words are compared without
 * regard to case and to what separates them: `api key` is also `x-api-key`, `apiKey` and `API_KEY`.
 */

/** Their value reaches to the end of the line, as headers and connection strings have blanks in them. */
const LINES = 'authorization, cookie, connection string'.split(', ');

/** Also at the end of a longer name, as in `dbPassword` or `AZURE_CLIENT_SECRET`. */
const ENDINGS = (
  'password, passwd, passphrase, secret, token, credential, client assertion, ' +
  'api key, access key, account key, shared key, private key, primary key, secondary key, ' +
  'master key, storage key, signing key, encryption key, subscription key, functions key, ' +
  'instrumentation key, shared access signature'
).split(', ');

/**
 * Whole names only, too short to be told from parts of other words. Among them are national ids
 * whose checksum alone would let one number in ten through.
 */
const WHOLE = (
  'pwd, pass, sig, sid, otp, pin, cvv, cvc, jwt, phone, telephone, mobile, msisdn, ' +
  'ssn, bsn, nif, cpf, pesel, steuer id, steueridnr, nhs number, aadhaar'
).split(', ');

/** Whole names of what a caller says of itself or sends; harmless words in free text. */
const CALLER = (
  'host, http host, user agent, http user agent, user agent original, tracestate, baggage, referer, ' +
  'forwarded, x forwarded host, headers, raw headers, trailers, raw trailers, query, url query, ' +
  'url full, url path, http url, http target, body, http request body, question, filename'
).split(', ');

const NAME = {
  source: (names: readonly string[]) =>
    names.map((name) => name.replaceAll(' ', '[-_. ]?') + (name === 'token' ? '' : 's?')).join('|'),
  compact: (names: readonly string[]) => names.map((name) => name.replaceAll(' ', '')),
};

/**
 * The `=` or `:` behind such a name in free text, in any of the notations of JSON, headers, queries,
 * connection strings and inspected objects. Group 1 is there when the value is the whole line.
 * The name is looked at behind the sign, so that text without signs costs nothing.
 */
export const NAMED_VALUE = new RegExp(
  `[=:]>?(?<=(?:(${NAME.source(LINES)})|(?:${NAME.source(ENDINGS)})|` +
    `(?<![A-Za-z])(?:${NAME.source(WHOLE)}))\\d{0,3}["'\\\\\\]]{0,4}\\s{0,4}[=:]>?)\\s{0,4}`,
  'gi',
);

const ENDING = new RegExp(
  `(?:${NAME.compact([...LINES, ...ENDINGS])
    .map((name) => (name === 'token' ? name : `${name}s?`))
    .join('|')})\\d*$`,
);
const WHOLES = new Set(NAME.compact([...WHOLE, ...CALLER]));
const known = new Map<string, boolean>();
/** Keys of our own records are few; a caller's must not fill the memory. */
const KNOWN_MAX = 1_000;

/** Whether the value of a member or attribute of this name is to be removed. */
export function isSecretName(name: string): boolean {
  const remembered = known.get(name);
  if (remembered !== undefined) return remembered;
  const secret = judge(name);
  if (known.size < KNOWN_MAX && name.length <= 64) known.set(name, secret);
  return secret;
}

function judge(name: string): boolean {
  // Names of attributes have dots: http.request.header.authorization
  const short = name.length > 256 ? name.slice(-256) : name;
  const compact = short.toLowerCase().replace(/[^a-z0-9]/g, '');
  const last = short
    .slice(short.lastIndexOf('.') + 1)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
  return ENDING.test(compact) || WHOLES.has(compact) || WHOLES.has(last);
}
