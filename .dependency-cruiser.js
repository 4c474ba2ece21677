/** Who may import whom; docs/architecture.md shows the graph that follows from it. */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: `^src/${from}/`, pathNot: '\\.(module|spec)\\.ts$' },
  to: { path: '^src/', pathNot: [`^src/${from}/`, ...allowed.map((folder) => `^src/${folder}/`)] },
});

const package_ = (name, folder, packages, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/(${folder})/` },
  to: { path: `^node_modules/(${packages})/` },
});

export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment:
        'Two files that import each other cannot be read one after the other. Move what both need.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'Nothing imports this file. Remove it, or import it where it is needed.',
      severity: 'error',
      from: {
        orphan: true,
        path: '^src/',
        pathNot: [
          '\\.spec\\.ts$',
          '\\.d\\.ts$',
          '^src/cli/',
          '^src/engine/runtime\\.entry\\.ts$',
          '^src/docs/static/',
        ],
      },
      to: {},
    },
    {
      name: 'modules-only-from-modules',
      comment: 'A *.module.ts wires its folder; only other modules, main and tools start from one.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['\\.(module|spec)\\.ts$', '^src/(main|cli/.*)\\.ts$'] },
      to: { path: '\\.module\\.ts$', pathNot: '^src/config/' },
    },
    only(
      'engine-is-the-kernel',
      'engine',
      [],
      'Tensors in, tensors out: the engine knows neither features nor HTTP nor Nest.',
    ),
    only('config-knows-nobody', 'config', [], 'Configuration is read by all and depends on none.'),
    only(
      'registry',
      'registry',
      ['engine', 'config', 'audit'],
      'The registry loads versions; kinds register with it, it does not know them.',
    ),
    only(
      'scoring',
      'scoring',
      ['registry', 'engine', 'config', 'audit'],
      'The port between protocols and kinds depends on neither.',
    ),
    only(
      'faq',
      'faq',
      ['scoring', 'engine', 'registry', 'config'],
      'FAQ matching knows neither vision nor HTTP.',
    ),
    only(
      'vision',
      'vision',
      ['scoring', 'engine', 'registry', 'config'],
      'Image classification knows neither FAQ nor HTTP.',
    ),
    only(
      'auth',
      'auth',
      ['limits', 'config', 'audit'],
      'Who may enter does not depend on what is inside; limits count the failed attempts.',
    ),
    only(
      'limits',
      'limits',
      ['http', 'config'],
      'Limits count by name and address; who stands behind a name is for auth to say.',
    ),
    only(
      'http',
      'http',
      ['scoring', 'registry', 'offload', 'config', 'audit'],
      'The edge below the protocols: it carries their context, it does not call them.',
    ),
    only(
      'protocols',
      'protocols',
      ['scoring', 'http', 'auth', 'limits', 'health', 'engine', 'offload'],
      'A wire maps to the port of scoring; of the engine it names tensors, errors and version only.',
    ),
    only(
      'tensor',
      'tensor',
      ['scoring', 'engine', 'registry', 'config'],
      'Tensor models know neither a scenario nor HTTP.',
    ),
    only('audit', 'audit', [], 'Whoever changes what is served tells it here; it asks nobody.'),
    only('offload', 'offload', [], 'A thread for what would hold up the event loop.'),
    only(
      'redaction',
      'redaction',
      [],
      'Redaction is compiled from its rules and depends on nobody.',
    ),
    only(
      'health',
      'health',
      ['registry', 'auth', 'config'],
      'Health reports what the registry knows.',
    ),
    only(
      'docs',
      'docs',
      ['protocols', 'http', 'auth'],
      'The description of the API is read off the routes; nothing that answers depends on it.',
    ),
    only('playground', 'playground', ['config'], 'The page is a client: it knows the API only.'),
    only(
      'telemetry',
      'telemetry',
      ['config', 'redaction', 'scoring', 'engine', 'registry', 'http', 'auth'],
      'Telemetry watches requests; nothing depends on it.',
    ),
    package_(
      'onnxruntime-in-engine',
      'engine',
      'onnxruntime-node',
      'ONNX Runtime is reached through the engine.',
    ),
    package_(
      'counters-in-limits',
      'limits',
      'ioredis|rate-limiter-flexible',
      'What is counted, and where, belongs to limits.',
    ),
    package_(
      'passport-in-auth',
      'auth',
      'passport-azure-ad|passport|@nestjs/passport',
      'The archived library stays behind the class that hardens it (decision 0005).',
    ),
    package_(
      'telemetry-in-telemetry',
      'telemetry',
      '@opentelemetry|@azure/(monitor-opentelemetry|identity)',
      'The rest of the code tells observers; telemetry decides what becomes of it.',
    ),
    package_(
      'sharp-in-vision',
      'vision',
      'sharp|@napi-rs/image',
      'Decoding images belongs to vision.',
    ),
    {
      name: 'runtime-only-in-its-process',
      comment:
        'Loading ONNX Runtime into the HTTP process would let its faults end it (decision 0002).',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/engine/(runtime\\.entry|ort\\.tensor)\\.ts$' },
      to: { path: '^node_modules/onnxruntime-node/', pathNot: 'package\\.json$' },
    },
    {
      name: 'no-dev-dependencies',
      comment: 'A package that serving imports must be a dependency: the image installs no others.',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types'] },
    reporterOptions: { mermaid: { minify: false }, archi: { collapsePattern: '^src/[^/]+' } },
  },
};
