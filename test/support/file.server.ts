import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** How the server misbehaves; the path's first segment chooses. */
export type Manner =
  /** Answers as a web server should, ranges included. */
  | 'good'
  /** Breaks the connection in the middle of each answer to a request without a range. */
  | 'breaking'
  /** As `breaking` once, and never heeds a range. */
  | 'rangeless'
  /** Gives other bytes of the same length. */
  | 'wrong'
  /** Gives a byte too many, without saying how many will come. */
  | 'long'
  /** Says at once that the file has another size. */
  | 'short'
  | 'missing'
  | 'redirecting'
  /** Sends half and then keeps the line open. */
  | 'stalling';

/** A file over HTTP on this machine, in good and bad manners. */
export class FileServer {
  /** `Range` of each request, in order. */
  readonly ranges: (string | undefined)[] = [];
  readonly #server: Server;

  private constructor(private readonly content: Buffer) {
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  static async start(content: Buffer): Promise<FileServer> {
    const server = new FileServer(content);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  url(manner: Manner): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/${manner}/model.onnx`;
  }

  async waitForRequest(): Promise<void> {
    while (this.ranges.length === 0) await sleep(20);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const manner = request.url?.split('/')[1] as Manner;
    const { range } = request.headers;
    this.ranges.push(range);
    const { content } = this;
    const half = content.subarray(0, content.length / 2);
    switch (manner) {
      case 'good':
        return this.#sendFrom(range, response);
      case 'breaking':
        return range === undefined ? this.#break(half, response) : this.#sendFrom(range, response);
      case 'rangeless':
        if (this.ranges.length === 1) return this.#break(half, response);
        return void response.end(content);
      case 'wrong':
        return void response.end(Buffer.alloc(content.length, 1));
      case 'long':
        response.write(content);
        return void response.end('!');
      case 'short':
        return void response.end('version https://git-lfs.github.com/spec/v1\n');
      case 'missing':
        return void response.writeHead(404).end();
      case 'redirecting':
        return void response.writeHead(302, { location: this.url('good') }).end();
      case 'stalling':
        response.setHeader('content-length', content.length);
        return void response.write(half);
    }
  }

  #sendFrom(range: string | undefined, response: ServerResponse): void {
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    const { length } = this.content;
    if (range !== undefined) {
      response.writeHead(206, { 'content-range': `bytes ${from}-${length - 1}/${length}` });
    }
    response.end(this.content.subarray(from));
  }

  #break(half: Buffer, response: ServerResponse): void {
    response.setHeader('content-length', this.content.length);
    // Destroyed at once, what was written would not leave the machine.
    response.write(half, () => setTimeout(() => response.destroy(), 100));
  }
}
