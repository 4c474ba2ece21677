import { connect } from 'node:tls';

/** Keep-alive connections over which requests are sent at a rate that does not heed the answers. */
export class OpenLoop {
  #idle = [];
  /** Answers by status: counts and milliseconds. */
  answers = [];
  /** Requests that found no free connection. */
  unsent = 0;
  broken = 0;

  constructor({ url, key }, { route, type, body, timeoutMs }) {
    const { hostname, port } = new URL(url);
    this.address = { host: hostname, port: Number(port), rejectUnauthorized: false };
    const head = [
      `POST ${route} HTTP/1.1`,
      `host: ${hostname}`,
      `x-api-key: ${key}`,
      `content-type: ${type}`,
      `content-length: ${body.length}`,
      `x-request-timeout-ms: ${timeoutMs}`,
    ].join('\r\n');
    this.request = Buffer.concat([Buffer.from(`${head}\r\n\r\n`), body]);
  }

  /** Opens what is missing to so many: the server closes those that long sent nothing. */
  async connect(count) {
    while (this.#idle.length < count) this.#idle.push(await this.#open());
  }

  /** Sends at a rate for some seconds; settles when the last answer is there. */
  async send(perSecond, seconds) {
    const started = performance.now();
    let sent = 0;
    await new Promise((resolve) => {
      const timer = setInterval(() => {
        const elapsed = performance.now() - started;
        const due = Math.min(elapsed, seconds * 1000) * (perSecond / 1000);
        for (; sent < due; sent += 1) this.#sendOne();
        if (elapsed < seconds * 1000) return;
        clearInterval(timer);
        resolve();
      }, 5);
    });
  }

  /** Keeps so many requests on their way for some seconds. */
  async saturate(count, seconds) {
    const until = performance.now() + seconds * 1000;
    const next = () => {
      if (performance.now() < until) this.#sendOne(next);
    };
    for (let i = 0; i < count; i += 1) next();
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }

  async close() {
    for (const connection of this.#idle) connection.socket.destroy();
  }

  #sendOne(onAnswer) {
    const connection = this.#idle.pop();
    if (connection === undefined) {
      this.unsent += 1;
      return;
    }
    connection.sentAt = performance.now();
    connection.onAnswer = onAnswer;
    connection.socket.write(this.request);
  }

  #open() {
    return new Promise((resolve, reject) => {
      const socket = connect(this.address, () => resolve(connection));
      const connection = { socket, sentAt: 0, onAnswer: undefined, missing: 0, status: 0 };
      socket.once('error', reject);
      socket.setNoDelay();
      socket.on('data', (chunk) => this.#read(connection, chunk));
      socket.once('close', () => {
        if (connection.sentAt > 0) this.broken += 1;
        else this.#idle = this.#idle.filter((one) => one !== connection);
      });
    });
  }

  /** Heads come in one piece: they are short. */
  #read(connection, chunk) {
    if (connection.missing === 0) {
      const text = chunk.toString('latin1');
      connection.status = Number(text.slice(9, 12));
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
      connection.missing = length + text.indexOf('\r\n\r\n') + 4;
    }
    connection.missing -= chunk.length;
    if (connection.missing > 0) return;
    const { status, sentAt, onAnswer } = connection;
    this.answers.push({ status, ms: performance.now() - sentAt, at: performance.now() });
    connection.sentAt = 0;
    connection.missing = 0;
    this.#idle.push(connection);
    onAnswer?.();
  }
}
