import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Field number to the values that it has in a protobuf message. */
type Fields = Map<number, (Buffer | bigint)[]>;

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string;
  readonly name: string;
  readonly attributes: Record<string, string | number>;
  /** Span ids. */
  readonly links: readonly string[];
  /** Milliseconds. */
  readonly start: number;
  readonly end: number;
}

/** An OTLP collector over http/protobuf. Field numbers: opentelemetry-proto, trace/v1/trace.proto. */
export class OtlpSink {
  readonly spans: ReceivedSpan[] = [];
  /** Bodies by path. */
  readonly bodies = new Map<string, Buffer[]>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<OtlpSink> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        sink.#take(request.url ?? '', Buffer.concat(chunks));
        response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
      });
    });
    const sink = new OtlpSink(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return sink;
  }

  get env(): Record<string, string> {
    const { port } = this.server.address() as AddressInfo;
    return {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_METRIC_EXPORT_INTERVAL: '1000',
      OTEL_BSP_SCHEDULE_DELAY: '200',
      OTEL_BLRP_SCHEDULE_DELAY: '200',
    };
  }

  /** What came under a path, as text in which names and values can be found. */
  text(path: string): string {
    return Buffer.concat(this.bodies.get(path) ?? []).toString('latin1');
  }

  async until(fits: () => boolean): Promise<void> {
    for (let tries = 0; tries < 400; tries += 1) {
      if (fits()) return;
      await sleep(50);
    }
    throw new Error(`not received; spans: ${this.spans.map(({ name }) => name).join(', ')}`);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #take(path: string, body: Buffer): void {
    this.bodies.set(path, [...(this.bodies.get(path) ?? []), body]);
    if (path !== '/v1/traces') return;
    for (const resource of messages(body, 1)) {
      for (const scope of messages(resource, 2)) {
        this.spans.push(...messages(scope, 2).map(spanOf));
      }
    }
  }
}

function spanOf(message: Buffer): ReceivedSpan {
  const fields = parse(message);
  const bytes = (field: number) => (fields.get(field)?.[0] ?? Buffer.alloc(0)) as Buffer;
  // fixed64 nanoseconds.
  const ms = (field: number) => Number(bytes(field).readBigUInt64LE() / 1000n) / 1000;
  const pairs = messages(message, 9).map((pair) => {
    const value = parse(messages(pair, 2)[0] ?? Buffer.alloc(0));
    return [String(messages(pair, 1)[0]), valueOf(value)] as const;
  });
  return {
    traceId: bytes(1).toString('hex'),
    spanId: bytes(2).toString('hex'),
    parentId: bytes(4).toString('hex'),
    name: bytes(5).toString(),
    start: ms(7),
    end: ms(8),
    attributes: Object.fromEntries(pairs),
    links: messages(message, 13).map((link) => messages(link, 2)[0]?.toString('hex') ?? ''),
  };
}

/** AnyValue: 1 text, 2 boolean, 3 integer, 4 double. */
function valueOf(value: Fields): string | number {
  const [text] = value.get(1) ?? [];
  if (text !== undefined) return text.toString();
  const [double] = value.get(4) ?? [];
  if (double !== undefined) return (double as Buffer).readDoubleLE();
  return Number(value.get(2)?.[0] ?? value.get(3)?.[0] ?? 0);
}

function messages(message: Buffer, field: number): Buffer[] {
  return (parse(message).get(field) ?? []).filter((value) => Buffer.isBuffer(value));
}

/** The wire format: a key of field number and wire type, then a varint, 8, 4 or counted bytes. */
function parse(message: Buffer): Fields {
  const fields: Fields = new Map();
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = BigInt(message[at++] ?? 0);
      value |= (byte & 127n) << shift;
      if (byte < 128n) return value;
    }
  };
  const take = (length: number) => message.subarray(at, (at += length));
  while (at < message.length) {
    const key = Number(varint());
    const wire = key & 7;
    const value = wire === 0 ? varint() : take(wire === 1 ? 8 : wire === 5 ? 4 : Number(varint()));
    const known = fields.get(key >> 3) ?? [];
    fields.set(key >> 3, [...known, value]);
  }
  return fields;
}
