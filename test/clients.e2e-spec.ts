import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROOT } from './support/cli.js';
import {
  ClientFolder,
  describeClients,
  type Ran,
  type Snippet,
  snippetsOf,
} from './support/clients.js';
import { modelsFolder } from './support/models.js';
import { TestServer } from './support/server.js';

const COMPILE = '--strict --skipLibCheck --target es2022 --module nodenext --types node'.split(' ');
const MAKES_CLIENT = /openapi-typescript|openapi-python-client/;

/** What a snippet prints that scored something. */
const SCORED = /espresso|\btrue\b|logits/i;

describeClients('clients that others wrote', () => {
  const models = modelsFolder();
  let server: TestServer;
  let folder: ClientFolder;
  beforeAll(async () => {
    server = await TestServer.start({ MODELS_DIR: models });
    folder = new ClientFolder(server);
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
    rmSync(models, { recursive: true });
  });

  const succeed = ({ code, output }: Ran) => {
    expect([code, code === 0 ? '' : output]).toEqual([0, '']);
    return output;
  };

  it.each([
    ['tritonclient', 'python'],
    ['kserve', 'python'],
    ['mlserver', 'mlserver'],
  ] as const)(
    '%s works unchanged',
    async (client, environment) => {
      const script = join(ROOT, `test/clients/test_${client}.py`);
      expect(succeed(await folder.run(environment, 'python', script))).toMatch(/^Ran [1-9]/m);
    },
    300_000,
  );

  const run = async ({ language, code }: Snippet, name: string): Promise<string> => {
    const pointed = code.replaceAll('localhost:8443', new URL(server.url).host);
    const file = `${name}.${language === 'ts' ? 'mts' : language}`;
    writeFileSync(join(folder.path, file), pointed);
    if (language === 'python') return succeed(await folder.run('python', 'python', file));
    if (language === 'ts') {
      succeed(await folder.run('python', 'tsc', ...COMPILE, file));
      return succeed(await folder.run('python', 'node', `${name}.mjs`));
    }
    const environment = code.includes('mlserver') ? 'mlserver' : 'python';
    return succeed(await folder.run(environment, 'bash', '-euo', 'pipefail', file));
  };

  describe.each(['protocol-v2.md', 'clients.md'])('in the snippets of docs/%s', (page) => {
    it.each(snippetsOf(page).map((one, index) => [index + 1, one.language, one] as const))(
      'score by number %i, %s',
      async (number, _language, snippet) => {
        const printed = await run(snippet, `snippet${number}`);
        if (!MAKES_CLIENT.test(snippet.code)) expect(printed).toMatch(SCORED);
      },
      300_000,
    );
  });
});
