/**
 * `node bench/redaction.mjs`: guards that redaction takes linear time, and what it costs a request.
 *
 * Texts of many shapes, each made to send one pattern the long way, are scrubbed at a tenth of the
 * length and at full length, without the bound that redactText puts on it: time for a character may
 * neither grow with the length nor be large. Processor time of this process, the least of some rounds,
 * as neighbours on the machine only ever add to it.
 */
import { RULES } from '../dist/redaction/redaction.rules.js';
import { redactRecord, redactText, scrub } from '../dist/redaction/redact.js';

const LENGTH = Number(process.env.BENCH_LENGTH ?? 1_000_000);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
/** Nanoseconds a character; below the second figure memory and not patterns makes the difference. */
const MAX_NS = 1_500;
const CHEAP_NS = 100;
/** At ten times the length; time that is quadratic has 10. */
const MAX_GROWTH = 4;
/** Microseconds for what is redacted of a request. */
const MAX_LINE_US = 15;

/** Each is repeated to the length wanted; `|` ends one. */
const SHAPES = String.raw`
1 |1-|4 1|0.|1.1.|0 12|(0|(0171) |+1|+1 |+1(|12345678|4111 1111 1111 1112 |
4111111111111112|5500-|6-6-6-6-|2222 |a@|@a|@a.|a.b@c.|@-.|a%40|%40a.|'@|a@b.cc|é@é.|eyJ|
eyJ.|eyJaaaaaaaaaaa.|eyJ aaa|nst_|nst_a_|nst_aaaaaaaa |Bearer |Bearer  a|basic a|bearer|
Basic AAAAAAA |password|password=|password="|password=\"|password:\|a=|token: |sig=|
password = ' \\"|cookie:|cookie=[|secret=>|x-api-key":"|pwd=,|pwd=[}|apiapiapikey|
shared access |=>|= |" =|\" :|tokentoken|client_secret|://|://a|://:|://@|://a:b/|://a?|
?|/?|?a|?a=|/a?b|/??|x?y ://|-----BEGIN |-----BEGIN PRIVATE KEY|
-----BEGIN A PRIVATE KEY-----|-----END|AAAA|aaaaaaaaaB==|aB3/+|JQQJ99|AzFu|Q~|8Q~|abc8Q~|
a1JQQJ99 |DE89|NL91 |GB82WEST|DE89 3704 0044 0532 0130 01 |MT84-|fr76fr76|nl02abna|
12345678A|X1234567|1 85 05 |185057800608492|RSSMRA85|131052-|01019000084 |
529.982.247-26 |85.07.30-|010190 |ABCDEF|abcdef12a12a123|1:|::|a:|ffff:|2001:db8:|::1:|
1:::|fe80::1 |:1|std::|1.2.3.|255.|256.256.256.256 |10.0.0.|127.0.0.|1.2.3.4.|[redacted|
[redacted:|[redacted]|=[redacted]|12345678-1234-4123-8123-12345678901|
4111 1111 1111 1111 |bob@mail.example |203.0.113.57 |password=x |+31612345678 |
https://u:p@h/a?b=c#d |Authorization: Bearer x|NL91 ABNA 0417 1643 00 `;
const repeated = [
  ...Array.from('aA0=:/@.,-_+ "\'\\?&#(){}[]<>\n\0é€'),
  ...SHAPES.split('|').map((shape) => shape.replace('\n', '')),
  'bearer\t',
  'Authorization: Bearer x\n',
];
const shapes = repeated.map((part) => [JSON.stringify(part), (length) => filled(part, length)]);
shapes.push(['random bytes', (length) => noise(length, 0, 256)]);
shapes.push(['random ASCII', (length) => noise(length, 32, 127)]);
shapes.push(['random digits and dashes', (length) => noise(length, 45, 58)]);

let failed = false;
const results = shapes.map(([name, make]) => {
  const ns = nanoseconds(make(LENGTH));
  const growth = ns / nanoseconds(make(LENGTH / 10));
  return { name, ns, growth };
});
process.stdout.write(`scrubbing ${LENGTH} characters, ${RULES.length} rules\n\n`);
process.stdout.write(
  'shape, repeated                     ns/char   against a tenth of the length\n',
);
for (const { name, ns, growth } of results.toSorted((a, b) => b.ns - a.ns)) {
  const bad = ns > MAX_NS || (ns > CHEAP_NS && growth > MAX_GROWTH);
  failed ||= bad;
  const mark = bad ? '  TOO SLOW' : '';
  process.stdout.write(
    `${name.padEnd(34)}${ns.toFixed(1).padStart(9)}${growth.toFixed(2).padStart(8)}${mark}\n`,
  );
}

/** The members of a request's line as telemetry/request.log.ts writes it. */
const line = {
  requestId: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
  span_id: '00f067aa0ba902b7',
  method: 'POST',
  route: '/v1/vision/classify',
  status: 200,
  durationMs: 12.34,
  principal: 'user:8a6c2f3e-58a1-4a5f-9d3e-2f6c1b7e9d10/1d5f4a6e-91b7-4b0c-8c51-6e0f6a3b2c4d',
  model: 'efficientnet-lite0',
  modelVersion: 1,
  rows: 1,
  batchRows: 4,
  authMs: 0.05,
  decodeMs: 4.21,
  queueMs: 0.31,
  inferMs: 7.12,
  errorCode: undefined,
};
const stack = new Error('request 3f2504e0-4f89-41d3-9a0c-0305e82c3301 failed').stack;
const costs = {
  'a request line, whole record': [() => redactRecord(line), MAX_LINE_US],
  'a message of 60 characters': [
    () => redactText('vision:1 is ready after 812 ms on https://127.0.0.1:8443'),
    MAX_LINE_US,
  ],
  [`a stack of ${stack.length} characters`]: [() => redactText(stack), 100],
};
process.stdout.write('\nmicroseconds\n');
for (const [name, [run, most]] of Object.entries(costs)) {
  const us = microseconds(run);
  failed ||= us > most;
  process.stdout.write(`${name.padEnd(34)}${us.toFixed(2).padStart(9)}  (at most ${most})\n`);
}
if (failed) process.exitCode = 1;

function filled(part, length) {
  return part.repeat(Math.ceil(length / part.length)).slice(0, length);
}

function noise(length, from, to) {
  let state = 1;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return String.fromCharCode(from + ((state >> 8) % (to - from)));
  }).join('');
}

function nanoseconds(text) {
  const times = Math.ceil(LENGTH / text.length);
  const many = () => {
    for (let time = 0; time < times; time += 1) scrub(text);
  };
  return least(many, ROUNDS) / times / text.length;
}

function microseconds(run) {
  for (let warm = 0; warm < 20_000; warm += 1) run();
  const many = 20_000;
  return (
    least(() => {
      for (let time = 0; time < many; time += 1) run();
    }, ROUNDS) /
    many /
    1_000
  );
}

/** Nanoseconds of processor time. */
function least(run, rounds) {
  run();
  let best = Infinity;
  for (let round = 0; round < rounds; round += 1) {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) * 1_000);
  }
  return best;
}
