import { z } from 'zod';
import { addressRanges, origins } from './edge.values.js';
import { connectionString } from './telemetry.values.js';

const flag = z.enum(['on', 'off']);
const port = z.coerce.number().int().min(0).max(65535);
const count = z.coerce.number().int().min(1);
const milliseconds = z.coerce.number().int().min(0);
const path = z.string().min(1);
const names = z
  .string()
  .transform((list) => list.split(',').map((name) => name.trim()))
  .pipe(z.array(z.string().regex(/^[A-Za-z0-9._-]+$/)).min(1));

const redisUrl = z.string().refine(isRedisUrl, 'expected redis://HOST or rediss://HOST');

/** `faq:1,vision:2` as a map from model name to the one version to serve. */
const pins = z
  .string()
  .regex(/^[A-Za-z0-9._-]+:[1-9]\d*(,[A-Za-z0-9._-]+:[1-9]\d*)*$/, 'expected NAME:VERSION,…')
  .transform((list) => {
    const pins = list.split(',').map((pin) => pin.split(':'));
    return new Map(pins.map(([name, version]) => [String(name), Number(version)]));
  });

/** `vision:int8` as a map from model name to precision. */
const precisions = z
  .string()
  .regex(
    /^[A-Za-z0-9._-]+:(fp32|fp16|int8)(,[A-Za-z0-9._-]+:(fp32|fp16|int8))*$/,
    'expected NAME:PRECISION,… with fp32, fp16 or int8',
  )
  .transform((list) => {
    const pairs = list.split(',').map((pair) => pair.split(':'));
    return new Map(
      pairs.map(([name, precision]) => [String(name), precision as 'fp32' | 'fp16' | 'int8']),
    );
  });

/**
 * Every environment variable that the server reads, with its default and its sentence;
 * docs/configuration.md is made from this object.
 */
export const configSchema = z.object({
  HOST: z
    .string()
    .min(1)
    // The name would open a second listener, which certificates and limits do not reach.
    .transform((host) => (host === 'localhost' ? '127.0.0.1' : host))
    .default('0.0.0.0')
    .describe('Address to listen on.'),
  PORT: port.default(8443).describe('Port of the API; 0 takes a free one.'),
  TLS: flag
    .default('on')
    .describe('`off` serves plain HTTP, for a proxy that ends TLS in front of the server.'),
  TLS_CERT_FILE: path.optional().describe('PEM certificate chain; needed unless `TLS=off`.'),
  TLS_KEY_FILE: path.optional().describe('PEM private key; needed unless `TLS=off`.'),
  API_KEYS_FILE: path
    .optional()
    .describe('Key file written by `nestor keys create`; needed unless Azure AD is configured.'),
  AZURE_AD_TENANT_ID: z
    .guid()
    .toLowerCase()
    .optional()
    .describe('Directory (tenant) ID whose access tokens are accepted.'),
  AZURE_AD_AUDIENCE: z
    .string()
    .regex(/^[A-Za-z0-9:/._-]{1,256}$/, 'expected a client ID')
    .optional()
    .describe('Application (client) ID of the API in Entra ID; needed with `AZURE_AD_TENANT_ID`.'),
  AZURE_AD_METADATA_URL: z
    .url({ protocol: /^https$/ })
    .optional()
    .describe(
      'OpenID metadata of the tenant, for sovereign clouds; unset: that of the worldwide cloud.',
    ),
  AZURE_AD_ALLOW_V1: z
    .enum(['true', 'false'])
    .default('false')
    .transform((value) => value === 'true')
    .describe('`true` accepts v1.0 access tokens too.'),
  TRUST_PROXY: addressRanges
    .optional()
    .describe(
      'Addresses or CIDR ranges of the proxies in front, separated by commas: their ' +
        '`X-Forwarded-For` gives the client address, and with their `X-Forwarded-Proto: http` a ' +
        'request is redirected. Unset: nobody is believed.',
    ),
  HTTP_REDIRECT_PORT: port
    .optional()
    .describe('Port of a plain listener that answers 308 to https; unset: none.'),
  PUBLIC_HTTPS_PORT: port
    .min(1)
    .optional()
    .describe(
      'Port that redirects to https name. Unset: 443, or `PORT` where the caller named a port.',
    ),
  CORS_ORIGINS: origins
    .optional()
    .describe('Exact origins of pages that may call the API, separated by commas; unset: none.'),
  MODELS_DIR: path.default('models').describe('Model repository: `<name>/<version>/model.json`.'),
  MODELS: names.optional().describe('Names to serve, separated by commas; unset: all.'),
  MODEL_VERSIONS: pins
    .optional()
    .describe('Versions to serve instead of all, for example `faq:1,vision:2`.'),
  MODELS_WATCH: z
    .union([z.literal('off'), count.max(86_400)], 'expected off or a number of seconds')
    .default('off')
    .describe(
      'Seconds between two looks for new and changed versions in `MODELS_DIR`; `off`: they are ' +
        'loaded when `/v2/repository/models/NAME/load` asks for it.',
    ),
  MODEL_PRECISIONS: precisions
    .optional()
    .describe(
      "Precisions to serve instead of the models' own, for example `vision:int8`; a version without one is refused.",
    ),
  EXECUTION_PROVIDERS: names
    .default(['cpu'])
    .describe(
      'ONNX Runtime execution providers in order of preference, for example `cuda,cpu`: without a ' +
        'usable GPU the model runs on the processors and the log says so; with `cuda` alone it is refused.',
    ),
  INSTANCES: count
    .optional()
    .describe(
      'Processes that run each model; unset: one for each GPU, else one for each processor of the ' +
        'cgroup, up to 8, and a single one for a model of 50 MB or more.',
    ),
  THREADS_PER_INSTANCE: count
    .optional()
    .describe(
      'Intra-op threads of an instance; unset: processors divided by instances. With neither set, ' +
        'one instance also holds a copy that uses all processors for a request that is alone.',
    ),
  MAX_BODY_BYTES: count.default(10_485_760).describe('Largest request body in bytes.'),
  MAX_IMAGE_PIXELS: count
    .default(50_000_000)
    .describe('Largest image in pixels, refused by its header before it is decoded.'),
  REQUEST_TIMEOUT_MS: count.default(10_000).describe('Time a request may take before 504.'),
  QUEUE_MAX_ROWS: count
    .default(256)
    .describe('Rows that may wait for a model before 429; callers share them.'),
  RATE_LIMIT_PER_MINUTE: count
    .optional()
    .describe('Requests a minute of each caller whose key names no other rate; unset: no quota.'),
  RATE_LIMIT_REDIS_URL: redisUrl
    .optional()
    .describe(
      'Redis in which replicas share the quotas, `redis://` or `rediss://` (TLS); unset: in memory.',
    ),
  FAILED_AUTH_PER_MINUTE: count
    .default(60)
    .describe('Failed credentials a minute from one address before 429.'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Least severe level that is logged.'),
  MANAGEMENT_PORT: z
    .union([z.literal('off'), port])
    .default(9090)
    .describe(
      'Port of `/metrics` for Prometheus, plain HTTP, for the inside of the cluster only; 0 takes a ' +
        'free one, `off` none.',
    ),
  OTEL_SERVICE_NAME: z
    .string()
    .regex(/^[\w.-]{1,128}$/, 'expected a plain name')
    .default('nestor')
    .describe('Name of the service in traces, metrics and Application Insights (cloud role name).'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('OTLP collector (http/protobuf) for traces, metrics and logs; unset: none.'),
  OTEL_METRIC_EXPORT_INTERVAL: count
    .min(1_000)
    .default(60_000)
    .describe('Milliseconds between two exports of metrics to OTLP and Application Insights.'),
  TRACES_PER_SECOND: z.coerce
    .number()
    .min(0)
    .default(5)
    .describe(
      'Requests a second whose traces are exported, whatever their callers ask for; 0: none. It ' +
        'matters where OTLP or Application Insights is set.',
    ),
  APPLICATIONINSIGHTS_CONNECTION_STRING: connectionString
    .optional()
    .describe('Connection string of Application Insights; unset: nothing is sent there.'),
  APPLICATIONINSIGHTS_AUTH: z
    .enum(['key', 'entra'])
    .default('key')
    .describe(
      '`entra` authenticates to the ingestion with the workload identity of the pod, for resources ' +
        'without local authentication.',
    ),
  APPLICATIONINSIGHTS_LIVE_METRICS: flag
    .default('off')
    .describe('Live Metrics of Application Insights: a connection that is polled every second.'),
  DOCS: flag.default('on').describe('Swagger UI at /docs and /openapi.json.'),
  PLAYGROUND: flag.default('on').describe('The example client at /playground.'),
  AZURE_AD_CLIENT_ID: z
    .guid()
    .toLowerCase()
    .optional()
    .describe('Application (client) ID with which people sign in to the playground.'),
  SHUTDOWN_DELAY_MS: milliseconds
    .default(2_000)
    .describe(
      'Time between not ready and closing the listener after SIGTERM, in which answers tell ' +
        'callers to connect anew; SIGINT (Ctrl-C) does not wait.',
    ),
  SHUTDOWN_GRACE_MS: milliseconds
    .default(10_000)
    .describe('Time that requests in flight have to end after SIGTERM.'),
});

function isRedisUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return /^rediss?:$/.test(url?.protocol ?? '') && url?.hostname !== '';
}

export type Config = Readonly<z.output<typeof configSchema>>;
