import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';

/** Where to send requests, and the key to send with them. */
export interface Target {
  readonly url: string;
  readonly key: string;
}

const photo = readFileSync(new URL('../fixtures/photos/coffee.jpg', import.meta.url));

/**
 * Keep-alive connections that classify a photograph again and again. A caller whose connection the
 * server closes with an answer goes on at `next`, as callers behind a load balancer do; without one
 * it has ended.
 */
export class Load {
  answered = 0;
  moved = 0;
  readonly failures: string[] = [];
  #on = true;
  readonly #callers: Promise<void>[];

  constructor(
    private readonly server: Target,
    connections: number,
    private readonly next: Target | null = server,
  ) {
    this.#callers = Array.from({ length: connections }, () => this.#call());
  }

  async stop(): Promise<void> {
    this.#on = false;
    await Promise.all(this.#callers);
  }

  async #call(): Promise<void> {
    let target = this.server;
    let agent = agentOf();
    while (this.#on) {
      const closed = await this.#score(target, agent);
      if (!closed) continue;
      this.moved += 1;
      agent.destroy();
      if (this.next === null) break;
      target = this.next;
      agent = agentOf();
    }
    agent.destroy();
  }

  /** Whether the connection ends with the answer. */
  #score(target: Target, agent: Agent): Promise<boolean> {
    const headers = {
      'content-type': 'image/jpeg',
      'content-length': String(photo.byteLength),
      'x-api-key': target.key,
    };
    return new Promise((resolve) => {
      const fail = (error: Error) => {
        this.failures.push(String(error));
        resolve(true);
      };
      const url = `${target.url}/v1/vision/classify`;
      const sent = request(url, { method: 'POST', agent, headers }, (response) => {
        response.resume().once('error', fail);
        response.once('end', () => {
          if (response.statusCode === 200) this.answered += 1;
          else this.failures.push(String(response.statusCode));
          resolve(response.headers.connection === 'close');
        });
      });
      sent.once('error', fail).end(photo);
    });
  }
}

function agentOf(): Agent {
  return new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
}
