import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import {
  Container,
  describeImage,
  docker,
  IMAGE,
  PATIENCE_MS,
  photograph,
} from './support/container.js';
import { Load } from './support/load.js';

const LARGEST_BYTES = 450_000_000;

jest.setTimeout(2 * PATIENCE_MS);

const asked = (container: Container) =>
  Promise.all([
    container.request('/v1/faq/match', 'application/json', '{"question":"what does === do"}'),
    container.request('/v1/vision/classify', 'image/jpeg', photograph()),
  ]);

/** Kills every process of an instance as the kernel does when memory runs out; gives their number. */
const KILL_INSTANCES = `
  import { readdirSync, readFileSync } from 'node:fs';
  const instances = readdirSync('/proc').filter((entry) => {
    if (!/^\\d+$/.test(entry) || Number(entry) === process.pid) return false;
    return readFileSync('/proc/' + entry + '/cmdline', 'utf8').includes('runtime.entry');
  });
  for (const id of instances) process.kill(Number(id), 'SIGKILL');
  console.log(instances.length);`;

describeImage('the image', () => {
  it('is small, runs as a numbered user and says what it is', async () => {
    const [image] = JSON.parse(await docker('image', 'inspect', IMAGE)) as {
      Size: number;
      Config: { User: string; Labels: Record<string, string>; Entrypoint: string[] };
    }[];
    expect(image?.Size).toBeLessThan(LARGEST_BYTES);
    expect(image?.Config.User).toBe('65532:65532');
    expect(image?.Config.Labels['org.opencontainers.image.licenses']).toBe('Apache-2.0');
    expect(image?.Config.Labels['org.opencontainers.image.revision']).toMatch(/^[0-9a-f]{40}$/);
  });

  it('holds its bill of materials, licences, and the libraries of one platform', async () => {
    const script = `
      import { existsSync, readdirSync, readFileSync } from 'node:fs';
      const { bomFormat, components } = JSON.parse(readFileSync('sbom.json', 'utf8'));
      console.log(JSON.stringify({
        bomFormat,
        components: components.map(({ name }) => name),
        licences: readFileSync('THIRD-PARTY-LICENCES.txt', 'utf8').length,
        platforms: readdirSync('node_modules/onnxruntime-node/bin/napi-v6'),
        shell: existsSync('/bin/sh'),
        compiler: existsSync('node_modules/typescript'),
      }));`;
    const run = ['run', '--rm', '--entrypoint', '/nodejs/bin/node', IMAGE, '--input-type=module'];
    const found = JSON.parse(await docker(...run, '-e', script));
    expect(found).toMatchObject({ bomFormat: 'CycloneDX', shell: false, compiler: false });
    expect(found.components).toContain('fastify');
    expect(found.components).not.toContain('jest');
    expect(found.licences).toBeGreaterThan(100_000);
    expect(found.platforms).toEqual(['linux']);
  });
});

describeImage('a hardened container', () => {
  let container: Container;
  beforeAll(async () => void (container = await Container.start()));
  afterAll(() => container?.remove());

  it('scores both scenarios over HTTPS', async () => {
    const [faq, vision] = await asked(container);
    expect([faq.status, vision.status]).toEqual([200, 200]);
    expect(JSON.parse(faq.text).matches[0].probability).toBeGreaterThan(0.5);
    expect(JSON.parse(vision.text).predictions[0].label).toBe('espresso');
  });

  it('can write nowhere but to /tmp', async () => {
    const script = `
      import { writeFileSync } from 'node:fs';
      const kept = ['/app/x', '/etc/nestor/x', '/tmp/x'].filter((file) => {
        try { writeFileSync(file, ''); return true } catch { return false }
      });
      console.log(kept.join());`;
    expect(await container.run(script)).toBe('/tmp/x');
  });

  it('outlives the loss of every instance to the out-of-memory killer', async () => {
    const started = await container.inspect('{{.State.StartedAt}}');
    expect(Number(await container.run(KILL_INSTANCES))).toBeGreaterThanOrEqual(2);
    const recovered = async () =>
      (await Promise.all([container.request('/readyz'), ...(await asked(container))])).every(
        ({ status }) => status === 200,
      );
    while (!(await recovered())) await sleep(100);
    expect(await container.inspect('{{.State.StartedAt}} {{.RestartCount}}')).toBe(`${started} 0`);
  });

  it('loses no request when it is stopped under load', async () => {
    const load = new Load(container, 4, null);
    while (load.answered <= 10 && load.failures.length === 0) await sleep(100);
    expect(await container.stop()).toBe(0);
    await load.stop();
    expect(load.failures).toEqual([]);
    expect(load.moved).toBe(4);
  });
});
