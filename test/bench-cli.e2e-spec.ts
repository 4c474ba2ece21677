import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { runCli } from './support/cli.js';

jest.setTimeout(60_000);

const folder = mkdtempSync(join(tmpdir(), 'nestor-bench-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SHORT = ['bench', '--connections', '1,2', '--seconds', '1', '--target-p99', '10000'];

describe('nestor bench', () => {
  it('measures a model and says what to set', async () => {
    const svg = join(folder, 'bench.svg');
    const { code, stdout } = await runCli([...SHORT, '--models', 'faq', '--json', '--svg', svg]);
    const { machine, reports } = JSON.parse(stdout);
    expect(machine).toMatchObject({ node: process.version, targetP99Ms: 10_000 });
    const [{ model, rows, safeConnections, advice }] = reports;
    expect([model, safeConnections]).toEqual(['faq', 2]);
    expect(rows).toHaveLength(2);
    for (const row of rows) {
      expect(row).toMatchObject({ failed: 0, refused: 0 });
      expect(row.perSecond).toBeGreaterThan(0);
      expect(row.cpuMs).toBeGreaterThan(0);
    }
    expect(advice.resources.requests.cpu).toMatch(/^\d+00m$/);
    expect(readFileSync(svg, 'utf8')).toContain('faq, 12 words: latency');
    expect(code).toBe(0);
  });

  it('names a model that does not serve', async () => {
    const { code, stderr } = await runCli([...SHORT, '--models', 'faq,dog']);
    expect(code).toBe(1);
    expect(stderr).toContain('no model named dog');
  });

  it('needs a key for a server that runs already', async () => {
    const { code, stderr } = await runCli([...SHORT, '--url', 'https://127.0.0.1:1']);
    expect(code).toBe(1);
    expect(stderr).toContain('NESTOR_API_KEY');
  });
});
