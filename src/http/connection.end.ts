import { constants, type Http2ServerResponse } from 'node:http2';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';

const LINGER_MS = 2_000;

/**
 * Ends the connection with this answer: HTTP/1.1 says so in a header, an HTTP/2 session tells its
 * peer that it takes no new streams and ends with the last one.
 */
export function endConnection(request: FastifyRequest, reply: FastifyReply): void {
  if (request.raw.httpVersionMajor < 2) void reply.header('connection', 'close');
  else streamOf(reply)?.session?.close();
}

/** Lets go of a body that nobody will read: skipping it would mean receiving it. */
export function abandonBody(request: FastifyRequest, reply: FastifyReply): void {
  if (request.raw.httpVersionMajor < 2) {
    linger(request.raw.socket);
    return void reply.header('connection', 'close');
  }
  const stream = streamOf(reply);
  // The reset ends the sending; the stream closes once what came before it is read.
  stream?.once('finish', () => {
    stream.close(constants.NGHTTP2_NO_ERROR);
    stream.resume();
  });
}

/**
 * Closes in two steps, as RFC 9112 (9.6) advises: what still comes in is thrown away for a moment,
 * since closing on unread bytes resets the connection and the answer may be lost with it.
 */
function linger(socket: Socket): void {
  socket.destroySoon = () => {
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once('close', () => clearTimeout(timer));
    socket.end();
    socket.resume();
  };
}

/** Fastify's types know HTTP/1.1 only, as the server is made with. */
function streamOf({ raw }: FastifyReply) {
  return (raw as unknown as Http2ServerResponse).stream as
    Http2ServerResponse['stream'] | undefined;
}
