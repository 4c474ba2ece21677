import { randomBytes } from 'node:crypto';

export interface Secret {
  readonly name: string;
  readonly text: string;
  /** The part that gives it away; all of it, unless said. */
  readonly needle: string;
}

const whole = (name: string, text: string): Secret => ({ name, text, needle: text });

/** People's and payment data: examples of their registries, right in length and checksum. */
export const PERSONAL_DATA: readonly Secret[] = [
  whole('e-mail address', 'grace.hopper+navy@mail.example.org'),
  whole('telephone, E.164', '+31612345678'),
  whole('telephone, German', '(0171) 239 42 81'),
  whole('telephone, American', '415-555-0132'),
  whole('Visa card', '4111111111111111'),
  whole('Visa card in groups', '4012 8888 8888 1881'),
  whole('MasterCard', '5555-5555-5555-4444'),
  whole('American Express card', '378282246310005'),
  whole('German IBAN', 'DE89370400440532013000'),
  whole('British IBAN in groups', 'GB82 WEST 1234 5698 7654 32'),
  whole('Dutch IBAN', 'NL91ABNA0417164300'),
  whole('Spanish DNI', '12345678Z'),
  whole('Brazilian CPF', '529.982.247-25'),
  whole('Italian tax code', 'RSSMRA85T10A562S'),
  whole('IPv4 address', '203.0.113.57'),
  whole('IPv6 address', '2001:db8:85a3::8a2e:370:7334'),
];

/** One secret of every class that redaction has a rule for, new for every run. */
export function secretValues(): Secret[] {
  const random = (bytes: number) => randomBytes(bytes).toString('base64url');
  const key = (bytes: number) => randomBytes(bytes).toString('base64').replaceAll('/', 'A');
  const secret = (name: string, text: (value: string) => string, value = random(24)): Secret => ({
    name,
    text: text(value),
    needle: value,
  });
  return [
    secret('bearer token', (value) => `Bearer ${value}`),
    secret('basic credential', (value) => `Basic ${value}`),
    secret('JWT', (value) => `eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIx.${value}`),
    secret('our own key', (value) => `nst_mobile_${value}`, random(32)),
    secret('Azure key of 64 bytes', (value) => value, key(64)),
    secret('Azure key of 32 bytes', (value) => value, key(32)),
    secret(
      'connection string',
      (value) => `DefaultEndpointsProtocol=https;AccountName=ada;AccountKey=${value};Suffix=x`,
      key(64),
    ),
    secret('password of a connection string', (value) => `Server=db;User=sa;Password=${value};`),
    secret('SAS signature', (value) => `https://ada.blob.example/c?sv=2024-11-04&sig=${value}`),
    secret('client secret', (value) => value, `aB38Q~${random(30).slice(0, 34)}`),
    secret('userinfo of a URL', (value) => `amqps://ada:${value}@queue.example/orders`),
    secret('query of a URL', (value) => `https://shop.example/cart?session=${value}#top`),
    secret('named value', (value) => `api_key=${value}`),
    secret('cookie', (value) => `Cookie: session=${value}`),
    secret(
      'private key',
      (value) => `-----BEGIN PRIVATE KEY-----${value}-----END PRIVATE KEY-----`,
      key(48),
    ),
    ...PERSONAL_DATA,
  ];
}
