import { request } from 'node:http';
import type { Canaries } from './canary.js';
import type { TestServer } from './server.js';
import { converse, Http2Client, shakeHands } from './wire.js';

/** What no client library sends: heads that are not HTTP, odd methods, names within TLS. */
export async function sendOddities(server: TestServer, canaries: Canaries): Promise<void> {
  const { at, word } = bound(canaries);
  const heads = [
    `${at('method')} / HTTP/1.1\r\nhost: a\r\n\r\n`,
    `GET /${word('path of a bad version')} HTTP/${word('version')}\r\n\r\n`,
    `GET /${word('path without a host')} HTTP/1.1\r\n\r\n`,
    `GET / HTTP/1.1\r\nhost: a\r\n${at('name of a bad header')}: x\r\n\r\n`,
    `GET / HTTP/1.1\r\nhost: a\r\nx-long: ${at('long header').repeat(200)}\r\n\r\n`,
    `POST /score HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n${at('length of a chunk')}\r\n`,
    `CONNECT ${word('authority')}:443 HTTP/1.1\r\nhost: ${word('host')}\r\n\r\n`,
    `GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: ${word('upgrade')}\r\n\r\n`,
  ];
  for (const head of heads) {
    await converse(server, (socket) => {
      socket.write(head);
      setTimeout(() => socket.destroy(), 150);
    });
  }
  await hangUp(server, canaries);
  const alpn = { ALPNProtocols: [word('ALPN')] };
  for (const options of [alpn, { servername: `${word('server name')}.example` }]) {
    await shakeHands(server, options).catch(() => undefined);
  }
  await speakHttp2(server, canaries);
}

async function speakHttp2(server: TestServer, canaries: Canaries): Promise<void> {
  const { at, word } = bound(canaries);
  const client = new Http2Client(server);
  const headers = {
    ':authority': word('authority of HTTP/2'),
    'user-agent': at('user agent of HTTP/2'),
    cookie: at('cookie of HTTP/2'),
    tracestate: at('tracestate of HTTP/2'),
  };
  for (const method of ['GET', word('method of HTTP/2').toUpperCase()]) {
    for (const path of ['/v1/models', `/${word('path of HTTP/2')}?${word('query of HTTP/2')}`]) {
      await client.request(method, path, { headers }).catch(() => undefined);
    }
  }
  client.close();
}

/** A caller who is gone before the answer. */
function hangUp(server: TestServer, canaries: Canaries): Promise<string> {
  const body = JSON.stringify({ question: canaries.at('question of a caller who is gone') });
  const head = [
    'POST /v1/faq/match HTTP/1.1',
    'host: a',
    `x-api-key: ${server.key}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
  ].join('\r\n');
  return converse(server, (socket) => {
    socket.write(`${head}\r\n\r\n${body}`);
    setTimeout(() => socket.destroy(), 1);
  });
}

/** Ports beside the API's, which speak plain HTTP. */
export async function askPorts(ports: readonly number[], canaries: Canaries): Promise<void> {
  const { at, word } = bound(canaries);
  for (const port of ports) {
    const headers = { host: word('host'), 'user-agent': at('user agent'), cookie: at('cookie') };
    for (const path of ['/metrics', `/${word('path')}`]) {
      await new Promise((resolve) => {
        const url = { host: '127.0.0.1', port, path: `${path}?${word('query')}`, headers };
        request(url, (response) => response.resume().once('end', resolve))
          .once('error', resolve)
          .end();
      });
    }
  }
}

function bound(canaries: Canaries) {
  return {
    at: (place: string) => canaries.at(place),
    word: (place: string) => canaries.word(place),
  };
}
