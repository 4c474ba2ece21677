import { describe, expect, it } from '@jest/globals';
import { redactRecord, redactText } from './redact.js';

/** Assembled from parts, so that no scanner takes this file for a leak. */
const HOST = 'storage.example';
const BASE64_64 = `${'aB3/'.repeat(21)}aB==`;
const BASE64_32 = `${'xY9+'.repeat(10)}xY9=`;
const JWT = ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxIn0', 'c2lnbmF0dXJl'].join('.');
const PEM = (kind: string) =>
  [`-----BEGIN ${kind}PRIVATE KEY-----`, 'MIIEabc', `-----END ${kind}PRIVATE KEY-----`].join('\n');

/** What is planted, and the part of it that must be gone. */
const SECRETS: [what: string, text: string, secret: string][] = [
  ['a bearer token', 'Authorization: Bearer abc.def-123', 'abc.def-123'],
  ['a bearer token without its header', 'sent Bearer s3cr3tT0ken to it', 's3cr3tT0ken'],
  ['basic credentials', 'Basic dXNlcjpwYXNzd29yZA==', 'dXNlcjpwYXNzd29yZA'],
  ['a JWT', `token ${JWT} refused`, JWT],
  ['the head of a JWT that was cut off', `${JWT.slice(0, 30)}`, JWT.slice(0, 30)],
  ['our own key', `key nst_shop_${'a1B2'.repeat(11)} unknown`, 'a1B2a1B2'],
  ['a storage key', `the key ${BASE64_64} was`, BASE64_64],
  ['a Service Bus key', `the key ${BASE64_32} was`, BASE64_32],
  ['an AI services key', `key ${'a1'.repeat(26)}JQQJ99${'B2'.repeat(13)} of`, 'JQQJ99'],
  ['a secret of an application', `abc8Q~${'x1-_'.repeat(8)}ab`.slice(0, 40), '8Q~x1'],
  [
    'a connection string',
    `DefaultEndpointsProtocol=https;AccountName=n;AccountKey=${BASE64_64};EndpointSuffix=x`,
    BASE64_64,
  ],
  ['a database', 'Server=tcp:db.example,1433;User ID=u;Password=p@s/s,w;Encrypt=True', 'p@s/s'],
  ['telemetry', 'InstrumentationKey=3f2504e0-4f89-41d3-9a0c-0305e82c3301;Live=1', '3f2504e0'],
  ['a shared access signature', `https://${HOST}/c?sv=2024&se=2027&sig=abc%2Bdef%3D`, 'abc%2B'],
  ['a signature in prose', 'with sv=2024&sig=abc%2Bdef%3D now', 'abc%2B'],
  ['a password in an address', `redis://:hun/ter2@${HOST}:6379/0`, 'hun'],
  ['a user in an address', `https://user:hunter2@${HOST}/path`, 'hunter2'],
  ['a query', `GET https://${HOST}/path?q=hunter2#frag refused`, 'hunter2'],
  ['a query without a host', 'Route GET:/v1/x?hunter2 not found', 'hunter2'],
  ['JSON', '{"a":1,"password":"hun\\"ter2","b":2}', 'ter2'],
  ['JSON within JSON', '{"msg":"{\\"clientSecret\\":\\"hunter2\\"}"}', 'hunter2'],
  ['an inspected object', "{ 'x-api-key': 'hunter2', other: 1 }", 'hunter2'],
  ['an environment variable', 'AZURE_CLIENT_SECRET=hunter2', 'hunter2'],
  ['a cookie', 'Cookie: a=hunter1; session=hunter2', 'hunter'],
  ['a private key', PEM('RSA '), 'MIIEabc'],
  ['an encrypted private key', PEM('ENCRYPTED '), 'MIIEabc'],
  ['a private key that was cut off', PEM('').slice(0, 34), 'MIIE'],
  ['an e-mail address', "to bob.o'neil+x@mail.example.co.uk.", 'neil'],
  ['an encoded e-mail address', 'to=bob%40mail.example&x', 'bob'],
  ['an international e-mail address', 'jörg@büro.example', 'jörg'],
  ['a phone in E.164', 'call +31612345678 now', '612345678'],
  ['a phone with blanks', 'call +49 (0)171 123-4567', '4567'],
  ['a British phone', 'call 020 7946 0958', '7946'],
  ['a French phone', 'call 06 12 34 56 78', '34 56'],
  ['an American phone', 'call (555) 123-4567', '123-4567'],
  ['a phone before and behind a colon', 'of id:415-555-0132: gone', '555'],
  ['a Spanish phone', 'call 612 345 678', '345 678'],
  ['a Brazilian phone', 'call 11 91234-5678', '91234'],
  ['a Visa card', 'card 4111111111111111', '4111'],
  ['a Mastercard in groups', 'card 5555-5555-5555-4444.', '5555'],
  ['an American Express card', 'card 3782 822463 10005', '3782'],
  ['a card among numbers', 'row 12 4111 1111 1111 1111 34', '4111'],
  ['an IBAN', 'to NL91 ABNA 0417 1643 00 EUR', '0417'],
  ['a compact IBAN', 'DE89370400440532013000,', '370400440532013000'],
  ['a Spanish DNI', 'dni 12345678Z', '12345678Z'],
  ['a Spanish NIE', 'nie X1234567L', 'X1234567L'],
  ['a French NIR', 'nir 1 85 05 78 006 084 91', '006 084'],
  ['an Italian codice fiscale', 'RSSMRA85T10A562S', 'RSSMRA'],
  ['a Brazilian CPF', 'cpf of 529.982.247-25', '982'],
  ['a Belgian number', '85.07.30-033.28', '85.07.30'],
  ['a Finnish code', '131052-308T', '308T'],
  ['a Norwegian number', '01019000083', '9000083'],
  ['a labelled id', 'bsn: 111222333', '111222333'],
  ['an IPv4 address', 'from 203.0.113.57:443', '113.57'],
  ['an IPv6 address', 'from [2001:db8:1:2::7]:443', '1:2::7'],
];

/** Lines such as are logged every day, which must stay as they are. */
const HARMLESS = [
  'faq:1 is ready after 812 ms',
  'listening on https://127.0.0.1:8443',
  '3 keys read from the changed key file',
  'the new certificate is used, valid until 2027-11-22T19:13:00.000Z',
  'token refused: audience in request 3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  'request 12345678-1234-4123-8123-123456789012 of 40111111-1111-4111-8111-111111111111',
  '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  `checksum ${'0123456789abcdef'.repeat(4)} is not the one expected`,
  `sha256:${'9f86d081884c7d65'.repeat(4)}`,
  'efficientnet-lite0 resnet-152 all-MiniLM-L6-v2 onnxruntime 1.30.0 node v20.20.2 12.5.1-rc.1',
  '[ONNXRuntimeError] : 2 : INVALID_ARGUMENT : Got invalid dimensions for input: images for the following indices\n index: 1 Got: 3 Expected: 224',
  'Error: x\n    at Object.<anonymous> (file:///app/node_modules/@nestjs/core/router.js:10:5)\n    at node:internal/process/task_queues:95:5',
  '2026-11-22T19:13:00.123Z 2026-11-22 19:13:00 22/11/2026 10:30 1763838780123 1763838780123456',
  'probability 0.5412345678901234 similarity 0.4111111111111111 of 1,234,567,890 rows',
  'rate 1000000000 rows in 1234567890 ns, 0.123456789 s, 12.5 ms',
  '00000000-0000-0000-0000-000000000000 application:00000000-0000-4000-8000-000000000000',
  'sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==',
  'audit: api-key:shop loads faq:2 for user:8a6c2f3e-58a1-4a5f-9d3e-2f6c1b7e9d10/1d5f4a6e-91b7-4b0c-8c51-6e0f6a3b2c4d',
  'std::vector<float> ort::Value face::add a?.b why? because',
];

describe('redactText', () => {
  it.each(SECRETS)('takes out %s', (_, text, secret) => {
    const clean = redactText(text);
    expect(clean).not.toContain(secret);
    expect(clean).toMatch(/\[redacted(:[a-z0-9-]+)?\]|\.0\b|::/);
  });

  it.each(HARMLESS)('leaves alone: %s', (line) => {
    expect(redactText(line)).toBe(line);
  });

  it('keeps the network of an address and its port, and the address of nobody', () => {
    expect(redactText('203.0.113.57:443 ::ffff:10.1.2.3')).toBe('203.0.113.0:443 ::ffff:10.1.2.0');
    expect(redactText('2001:db8:1:2::7 fe80::1')).toBe('2001:db8:1:: fe80::');
    expect(redactText('127.0.0.1 ::1 :: 0.0.0.0')).toBe('127.0.0.1 ::1 :: 0.0.0.0');
  });

  it('keeps what stands around a secret', () => {
    expect(redactText(`https://u:p@${HOST}:8443/a?b=c`)).toBe(
      `https://[redacted]@${HOST}:8443/a?[redacted]`,
    );
    expect(redactText('{"password":"x","b":2}')).toBe('{"password":[redacted],"b":2}');
  });

  it('finds every secret in random text, and finds nothing more when called again', () => {
    const random = seeded(7);
    for (let round = 0; round < 2_000; round += 1) {
      const planted = Array.from({ length: 3 }, () => pick(SECRETS, random));
      const parts = planted.map(([, text]) => `${noise(random)} ${text} ${noise(random)}`);
      const text = parts.join('\n');
      const clean = redactText(text);
      for (const [what, , secret] of planted) {
        expect([what, text, clean.includes(secret)]).toEqual([what, text, false]);
      }
      expect(redactText(clean)).toBe(clean);
    }
  });

  it('never throws, whatever comes, and never changes its own answer', () => {
    const random = seeded(11);
    for (let round = 0; round < 3_000; round += 1) {
      const text = Array.from({ length: 40 }, () => pick(FRAGMENTS, random)).join('');
      const clean = redactText(text);
      expect([text, redactText(clean)]).toEqual([text, clean]);
    }
  });

  it('cuts long text, and no secret in two', () => {
    for (let before = 3_000; before < 4_200; before += 7) {
      const text = `${'words '.repeat(before / 6)} card 4111 1111 1111 1111 and ${'more '.repeat(900)}`;
      const clean = redactText(text);
      expect(clean.length).toBeLessThan(4_200);
      expect(clean).not.toMatch(/4111/);
      expect(clean).toMatch(/… \[cut, \d+ characters\]$/);
      expect(redactText(clean)).toBe(clean);
    }
  });
});

describe('redactRecord', () => {
  it('removes what has the name of a secret, however it is written', () => {
    const names =
      'authorization Proxy-Authorization x-api-key X_API_KEY apiKey Cookie set-cookie password ' +
      'dbPassword passwd pwd clientSecret access_token id.token AZURE_CLIENT_SECRET connectionString ' +
      'SharedAccessKey sig token http.request.header.authorization user_agent.original tracestate ' +
      'baggage url.query http.request.header.host question body';
    for (const name of names.split(' ')) {
      expect(redactRecord({ [name]: 'hunter2' })).toEqual({ [name]: '[redacted]' });
      expect(redactRecord({ [name]: { deep: ['hunter2'] } })).toEqual({ [name]: '[redacted]' });
    }
  });

  it('keeps what only sounds alike, and what says nothing', () => {
    const record = {
      tokens: 5,
      tokenizer: 'wordpiece',
      authMs: 1.5,
      keys: 3,
      hostname: 'pod-1',
      inputs: 2,
      monkey: 'a',
      passes: 2,
      cookie: undefined,
      token: null,
      secret: false,
      big: 12n,
    };
    expect(redactRecord(record)).toEqual(record);
  });

  it('cleans text at any depth, keys and numbers too', () => {
    const record = { a: [{ b: 'bob@mail.example' }], 'bob@mail.example': 1, n: 4111111111111111 };
    expect(redactRecord(record)).toEqual({
      a: [{ b: '[redacted:email]' }],
      '[redacted:email]': 1,
      n: '[redacted:card]',
    });
  });

  it('keeps errors as errors, with a clean message, stack, cause and members', () => {
    const cause = Object.assign(new TypeError('token=hunter2'), { password: 'hunter3' });
    const error = new RangeError('mail bob@mail.example', { cause });
    const clean = redactRecord({ err: error, all: new AggregateError([cause], 'pwd=hunter4') });
    expect(clean.err).toBeInstanceOf(Error);
    expect(clean.err).toMatchObject({ name: 'RangeError', message: 'mail [redacted:email]' });
    expect(clean.err.stack).toContain('redact.spec');
    expect(JSON.stringify(clean)).not.toMatch(/hunter|bob@/);
    expect(JSON.stringify(clean)).toContain('token=[redacted]');
    expect(error.message).toBe('mail bob@mail.example');
  });

  it('tells the length of bytes only', () => {
    const record = {
      body1: Buffer.from('hunter2'),
      pixels: new Float32Array(3),
      raw: new ArrayBuffer(2),
    };
    const clean = { body1: '[7 bytes]', pixels: '[12 bytes]', raw: '[2 bytes]' };
    expect(redactRecord(record)).toEqual(clean);
  });

  it('cleans maps, sets, addresses and symbols, and keeps dates', () => {
    const at = new Date(0);
    const record = {
      map: new Map<unknown, unknown>([
        ['pwd', 'x'],
        [1, 'a@b.example'],
      ]),
      set: new Set(['a@b.example']),
      url: new URL(`https://u:p@${HOST}/x?y=z`),
      symbol: Symbol('a@b.example'),
      at,
    };
    expect(redactRecord(record)).toEqual({
      map: { pwd: '[redacted]', 1: '[redacted:email]' },
      set: ['[redacted:email]'],
      url: `https://[redacted]@${HOST}/x?[redacted]`,
      symbol: 'Symbol([redacted:email])',
      at,
    });
  });

  it('survives cycles, depth, breadth, and objects that throw', () => {
    const cycle: Record<string, unknown> = { name: 'a' };
    cycle['self'] = cycle;
    expect(redactRecord(cycle)).toEqual({ name: 'a', self: '[cycle]' });
    let deep: object = { password: 'hunter2' };
    for (let depth = 0; depth < 100; depth += 1) deep = { deep };
    expect(JSON.stringify(redactRecord(deep))).toContain('[cut]');
    expect(redactRecord(Array.from({ length: 5_000 }, () => 'x')).length).toBeLessThan(1_001);
    const hostile = {
      get bad(): string {
        throw new Error('hunter2');
      },
    };
    expect(redactRecord({ hostile })).toEqual({ hostile: '[unreadable]' });
    expect(
      redactRecord({
        p: new Proxy(
          {},
          {
            ownKeys: () => {
              throw new Error('x');
            },
          },
        ),
      }),
    ).toEqual({
      p: '[unreadable]',
    });
    expect(Object.keys(redactRecord(JSON.parse('{"__proto__":{"a":1}}')))).toEqual(['__proto__']);
  });

  it('leaves other values as they are', () => {
    for (const value of [undefined, null, true, 1.5, -3, 1763838780123, 12n, 'plain']) {
      expect(redactRecord(value)).toBe(value);
    }
  });
});

const FRAGMENTS = [
  ...SECRETS.map(([, text]) => text),
  ...HARMLESS,
  ...'"\'\\@=:;&?#/ \n.,-_[](){}<>+0123456789aAzZé€😀\0'.split(''),
  'eyJ',
  '://',
  '-----BEGIN ',
  'Bearer ',
  'password',
  '[redacted',
  '[redacted:',
  '%40',
  'nst_',
];

function noise(random: () => number): string {
  const words = ['ready', 'after', '12 ms', 'model', 'faq', '(x)', '"y"', 'v1.2.3', 'a-b', 'ok,'];
  return Array.from({ length: 3 }, () => pick(words, random)).join(' ');
}

function pick<T>(list: readonly T[], random: () => number): T {
  return list[Math.floor(random() * list.length)] as T;
}

/** The same numbers in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
