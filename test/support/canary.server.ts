import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Canaries } from './canary.js';
import type { Credentials } from './canary.calls.js';
import { ROOT, runCli } from './cli.js';
import { Ingestion } from './ingestion.js';
import { TestIssuer } from './issuer.js';
import { OtlpSink } from './otlp.js';
import { freePort } from './redis.js';
import { TestServer, writeKeys } from './server.js';

const SCOPES = ['faq.score', 'vision.score', 'models.score', 'models.manage'];
const WEAK = ['weak', 'narrow'].map((id) => `nst_${id}_${'w'.repeat(43)}`);
const SPENT = `nst_spent_${'s'.repeat(43)}`;

/** The server with everything on that writes or sends, and what it writes and sends to. */
export class WatchedServer {
  private constructor(
    readonly server: TestServer,
    /** That of the metrics, and that which sends callers to https. */
    readonly otherPorts: readonly number[],
    readonly ingestion: Ingestion,
    readonly otlp: OtlpSink,
    readonly issuer: TestIssuer,
    private readonly folder: string,
  ) {}

  /** @param manner of the issuer: with one that fails, the server does not become ready */
  static async start(
    env: Record<string, string>,
    manner: 'good' | 'json-500' = 'good',
  ): Promise<WatchedServer> {
    const folder = mkdtempSync(join(tmpdir(), 'nestor-canary-'));
    const [ingestion, otlp, issuer] = await Promise.all([
      Ingestion.start(),
      OtlpSink.start(),
      TestIssuer.start(manner),
    ]);
    const authorities = join(folder, 'ca.crt');
    const files = [ingestion.env, issuer.env].map((one) => one['NODE_EXTRA_CA_CERTS'] ?? '');
    writeFileSync(authorities, files.map((file) => readFileSync(file, 'utf8')).join('\n'));
    const [metrics, redirects] = [await freePort(), await freePort()];
    const all = {
      ...otlp.env,
      ...issuer.env,
      ...ingestion.env,
      ...EVERYTHING,
      NODE_EXTRA_CA_CERTS: authorities,
      // Above `info` the log does not tell them.
      PORT: String(await freePort()),
      MANAGEMENT_PORT: String(metrics),
      HTTP_REDIRECT_PORT: String(redirects),
      ...env,
    };
    const server = await TestServer.start(all, {
      until: manner === 'good' ? 'ready' : 'listening',
    });
    const others = [metrics, redirects];
    return new WatchedServer(server, others, ingestion, otlp, issuer, folder);
  }

  /** Keys and tokens that the server knows, and tokens that it must not take. */
  async credentials(canaries: Canaries): Promise<Credentials> {
    const { issuer, server } = this;
    const [weak = '', narrow = ''] = WEAK;
    writeKeys(server.folder, [
      { id: 'control', key: server.key, scopes: SCOPES },
      { id: 'weak', key: weak, scopes: ['faq.score'] },
      { id: 'narrow', key: narrow, scopes: ['vision.score'] },
      { id: 'spent', key: SPENT, scopes: SCOPES, ratePerMinute: 1 },
    ]);
    const known = async () => (await server.request('/v1/models', { key: weak })).status !== 401;
    await until(known);
    const claim = (name: string) => canaries.at(`claim ${name}`);
    const person = () => ({
      name: claim('name'),
      preferred_username: claim('preferred_username'),
      upn: claim('upn'),
      email: claim('email'),
      ipaddr: claim('ipaddr'),
      sub: claim('sub'),
    });
    const made = [
      issuer.userToken('faq.score vision.score models.score', person()),
      issuer.token(person()),
      issuer.token({ aud: claim('aud') }),
      issuer.token({ iss: claim('iss'), tid: claim('tid') }),
      issuer.token({ oid: claim('oid') }),
      issuer.token({ roles: [claim('roles')] }),
      issuer.userToken(claim('scp')),
      issuer.token({}, { header: { kid: canaries.at('kid') } }),
    ];
    const unsigned = issuer.forge(
      { alg: canaries.at('alg'), typ: claim('typ') },
      person(),
      () => 'x',
    );
    const tokens = [...(await Promise.all(made)), unsigned];
    return { weak: WEAK, spent: SPENT, tokens };
  }

  /** Files that cannot be used, and that somebody put secrets into. */
  async breakFiles(canaries: Canaries): Promise<void> {
    const { server } = this;
    const member = () => canaries.at('key file');
    const entry = { id: member(), key: member(), sha256: member(), scopes: [member()] };
    const keys = JSON.stringify({ keys: [entry], [member()]: member() });
    writeFileSync(join(server.folder, 'keys.json'), keys);
    writeFileSync(join(server.folder, 'tls.key'), canaries.secrets.join('\n'));
    const refused = (audit: string) => server.stdout.includes(`"audit":"${audit}"`);
    await until(() => refused('keys.reload') && refused('certificate.reload'));
  }

  /**
   * Waits until the log, OTLP and Application Insights have each of these requests: that nothing
   * leaked says something only of outputs that told of all.
   * @param ids `X-Request-Id` of their answers
   */
  async untilToldOf(ids: readonly string[]): Promise<void> {
    const { server, otlp, ingestion } = this;
    const lines = new Map(server.logs().map((line) => [line['requestId'], line]));
    await toldOf('the log', ids, () => lines.keys());
    const traced = ids.filter((id) => isTraced(lines.get(id)));
    await toldOf('OTLP', traced, () =>
      otlp.spans.map(({ attributes }) => attributes['nestor.request.id']),
    );
    await toldOf('Application Insights', traced, () =>
      ingestion.of('RequestData').map(({ properties }) => properties['nestor.request.id']),
    );
  }

  /** Everything that left the server. */
  async sinks(): Promise<Record<string, string>> {
    const { server, ingestion, otlp } = this;
    const metrics = await server.metrics();
    await server.stop();
    return {
      'standard output': server.stdout,
      'standard error': server.stderr,
      'Application Insights': ingestion.text + JSON.stringify(ingestion.headers),
      'OTLP traces': otlp.text('/v1/traces'),
      'OTLP metrics': otlp.text('/v1/metrics'),
      'OTLP logs': otlp.text('/v1/logs'),
      '/metrics': metrics,
    };
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await Promise.all([this.ingestion.stop(), this.otlp.stop(), this.issuer.stop()]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Refused before there is a span. */
const UNTRACED = new Set(['invalid-query', 'url-too-long', 'headers-too-large']);

/** Neither probes nor heads that are refused are traced. */
function isTraced({ route, errorCode }: Record<string, unknown> = {}): boolean {
  const probe = /^\/(livez|readyz|v2\/health\/)/.test(String(route));
  return !probe && !UNTRACED.has(String(errorCode));
}

async function toldOf(
  output: string,
  ids: readonly string[],
  told: () => Iterable<unknown>,
): Promise<void> {
  const missing = () => {
    const known = new Set(told());
    return ids.filter((id) => !known.has(id));
  };
  await until(() => missing().length === 0).catch(() => {
    throw new Error(`${output} tells nothing of ${missing().length}, such as ${missing()[0]}`);
  });
}

/** Nothing is left out for want of time or room. */
const EVERYTHING = {
  CORS_ORIGINS: 'https://app.example',
  MAX_BODY_BYTES: '300000',
  TRACES_PER_SECOND: '1000000',
  OTEL_BSP_MAX_QUEUE_SIZE: '1000000',
  OTEL_BLRP_MAX_QUEUE_SIZE: '1000000',
  OTEL_METRIC_EXPORT_INTERVAL: '5000',
};

/** The models of the repository, one with every datatype, and one that fails on most numbers. */
export async function watchedModels(): Promise<string> {
  const models = mkdtempSync(join(tmpdir(), 'nestor-models-'));
  cpSync(join(ROOT, 'models'), models, { recursive: true });
  cpSync(join(ROOT, 'test/fixtures/models/identity'), join(models, 'identity'), {
    recursive: true,
  });
  const graph = join(ROOT, 'test/fixtures/graphs/lookup.onnx');
  const { code, stderr } = await runCli([
    'models',
    'add',
    graph,
    '--name',
    'lookup',
    '--dir',
    models,
  ]);
  if (code !== 0) throw new Error(stderr);
  return models;
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await holds()) return;
    await sleep(300);
  }
  throw new Error('it did not come about');
}
