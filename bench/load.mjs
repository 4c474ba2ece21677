/**
 * A load generator that costs little, as it shares the processors with the server: requests are
 * bytes made ready before the run, answers are only counted by their Content-Length.
 */
import { connect } from 'node:net';
import { connect as connectSecurely } from 'node:tls';

const HEAD_END = Buffer.from('\r\n\r\n');

/** The bytes of one request over HTTP/1.1. */
export function requestBytes({ url, key }, method, path, body = '') {
  const head = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${new URL(url).host}`,
    ...(key === undefined ? [] : [`X-API-Key: ${key}`]),
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    '',
  ].join('\r\n');
  return Buffer.from(head + body);
}

/**
 * `connections` connections that ask again as soon as they are answered, or `everyMs`, until
 * `seconds` are over or `requests` are sent. Every answer must be 200.
 * @returns answers a second and percentiles of the latency in milliseconds
 */
export async function load(server, request, options) {
  const { connections = 1, seconds = Infinity, requests = Infinity, everyMs = 0 } = options;
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(server)));
  const latencies = [];
  const started = performance.now();
  const until = started + seconds * 1000;
  let sent = 0;
  await Promise.all(
    sockets.map(async (first) => {
      let socket = first;
      while (performance.now() < until && sent < requests) {
        sent += 1;
        const sentAt = performance.now();
        // Some servers close a connection after each answer.
        if (socket.destroyed) socket = await open(server);
        await ask(socket, request);
        latencies.push(performance.now() - sentAt);
        const rest = sentAt + everyMs - performance.now();
        if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
      }
      socket.destroy();
    }),
  );
  const elapsed = (performance.now() - started) / 1000;
  latencies.sort((a, b) => a - b);
  const at = (share) =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))];
  return {
    answers: latencies.length,
    perSecond: latencies.length / elapsed,
    p50: at(0.5),
    p99: at(0.99),
  };
}

function open({ url }) {
  const { protocol, hostname, port } = new URL(url);
  const address = { host: hostname, port: Number(port), rejectUnauthorized: false };
  return new Promise((resolve, reject) => {
    const ready = () => resolve(socket);
    const socket =
      protocol === 'https:' ? connectSecurely(address, ready) : connect(address, ready);
    socket.setNoDelay(true).once('error', reject);
  });
}

function ask(socket, request) {
  return new Promise((resolve, reject) => {
    let answer = Buffer.alloc(0);
    const read = (chunk) => {
      answer = answer.length === 0 ? chunk : Buffer.concat([answer, chunk]);
      const end = answer.indexOf(HEAD_END);
      if (end < 0) return;
      const head = answer.latin1Slice(0, end);
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
      if (answer.length < end + HEAD_END.length + length) return;
      if (/connection: close/i.test(head)) socket.destroy();
      settle(head.startsWith('HTTP/1.1 200 ') ? undefined : new Error(answer.toString()));
    };
    const broken = () => settle(new Error('the connection was closed'));
    const settle = (error) => {
      socket.off('data', read).off('close', broken);
      if (error === undefined) resolve();
      else reject(error);
    };
    socket.on('data', read).on('close', broken);
    socket.write(request);
  });
}
