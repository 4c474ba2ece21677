import {
  type ClientHttp2Session,
  connect as connectHttp2,
  constants,
  type SecureClientSessionOptions,
} from 'node:http2';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { TestServer } from './server.js';

export function portOf(server: TestServer): number {
  return Number(new URL(server.url).port);
}

/** Opens a connection, lets `speak` write to it and gives what came until it was closed. */
export function converse(
  server: TestServer,
  speak: (socket: Socket) => unknown = () => undefined,
): Promise<string> {
  const to = { port: portOf(server), host: '127.0.0.1' };
  return new Promise((resolve) => {
    let text = '';
    const socket =
      server.certificate === undefined
        ? connectPlain(to, () => speak(socket))
        : connectTls({ ...to, ca: server.certificate }, () => speak(socket));
    socket.on('data', (data) => (text += data.toString()));
    socket.on('error', () => undefined).on('close', () => resolve(text));
  });
}

/** What a new connection negotiates, and the certificate that it is shown. */
export function shakeHands(server: TestServer, options: object = {}): Promise<Handshake> {
  const to = { port: portOf(server), host: '127.0.0.1', rejectUnauthorized: false };
  return new Promise((resolve, reject) => {
    const socket = connectTls({ ...to, ...options }, () => {
      resolve({
        version: socket.getProtocol(),
        protocol: socket.alpnProtocol,
        fingerprint: socket.getPeerX509Certificate()?.fingerprint256,
      });
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

export interface Handshake {
  readonly version: string | null;
  readonly protocol: string | false | null;
  readonly fingerprint: string | undefined;
}

export interface StreamAnswer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly text: string;
}

/** A client of HTTP/2: one session, a stream for each request. */
export class Http2Client {
  readonly session: ClientHttp2Session;

  constructor(
    private readonly server: TestServer,
    options: SecureClientSessionOptions = { ca: server.certificate ?? '' },
  ) {
    this.session = connectHttp2(server.url, options);
    this.session.on('error', () => undefined);
  }

  /** A stream whose body is written by the caller. */
  open(method: string, path: string, headers: Record<string, string> = {}) {
    return this.session.request(
      { ':method': method, ':path': path, 'x-api-key': this.server.key, ...headers },
      { endStream: false },
    );
  }

  /** @throws the stream's error, `ERR_HTTP2_STREAM_ERROR` with its code in the message */
  request(
    method: string,
    path: string,
    { headers = {}, body }: { headers?: Record<string, string>; body?: string | Buffer } = {},
  ): Promise<StreamAnswer> {
    const stream = this.open(method, path, headers);
    const answer = answerOf(stream);
    stream.end(body);
    return answer;
  }

  close(): void {
    this.session.destroy(undefined, constants.NGHTTP2_NO_ERROR);
  }
}

export function answerOf(stream: ReturnType<Http2Client['open']>): Promise<StreamAnswer> {
  return new Promise((resolve, reject) => {
    let headers: Record<string, unknown> | undefined;
    let text = '';
    stream.on('response', (answered) => (headers = answered));
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
    stream.once('error', reject);
    // Not 'close': Node's client waits there for a body that the server has refused.
    stream.once('end', () => {
      if (headers === undefined) reject(new Error(`no answer, code ${stream.rstCode}`));
      else resolve({ status: Number(headers[':status']), headers, text });
    });
  });
}
