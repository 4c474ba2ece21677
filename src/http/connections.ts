import { Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerHttp2Session } from 'node:http2';
import type { FastifyInstance } from 'fastify';
import { endConnection } from './connection.end.js';

const LOOK_MS = 20;
/** For a request that is on its way over an open connection. */
const LINGER_MS = 250;

/** The open connections and the requests on them, so that a stop loses none. */
export class Connections {
  readonly #sockets = new Set<Socket>();
  readonly #sessions = new Set<ServerHttp2Session>();
  #requests = 0;
  #draining = false;

  constructor(private readonly fastify: FastifyInstance) {
    remember(fastify.server, 'connection', this.#sockets);
    remember(fastify.server, 'session', this.#sessions);
    fastify.addHook('onRequest', (_request, reply, done) => {
      this.#requests += 1;
      reply.raw.once('close', () => (this.#requests -= 1));
      done();
    });
    fastify.addHook('onSend', (request, reply, _payload, done) => {
      if (this.#draining) endConnection(request, reply);
      done();
    });
  }

  /** From now on every answer ends its connection, so that callers connect elsewhere. */
  drain(): void {
    this.#draining = true;
  }

  /** Stops listening and resolves when all requests are answered and all connections closed. */
  async close(): Promise<void> {
    this.drain();
    const { server } = this.fastify;
    // Not the server's own close(): it would cut idle connections off at once.
    const closed = new Promise<void>((resolve) => {
      Server.prototype.close.call(server, () => resolve());
    });
    for (const session of this.#sessions) session.close();
    do {
      while (this.#requests > 0) await sleep(LOOK_MS);
      await Promise.race([closed, sleep(LINGER_MS)]);
    } while (this.#requests > 0);
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

interface Closing {
  once(event: 'close', listener: () => void): unknown;
}

function remember<T extends Closing>(server: Server, event: string, open: Set<T>): void {
  server.on(event, (one: T) => {
    open.add(one);
    one.once('close', () => open.delete(one));
  });
}
