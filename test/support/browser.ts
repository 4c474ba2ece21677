import { existsSync } from 'node:fs';
import { describe, expect, jest } from '@jest/globals';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const found = existsSync(CHROMIUM);

/** Without a browser these tests are left out, but never where a submission is judged. */
export function describeInBrowser(title: string, tests: () => void): void {
  jest.setTimeout(60_000);
  if (found || process.env['CI'] === 'true') return describe(title, tests);
  process.stderr.write(`No browser at ${CHROMIUM}: the tests of ${title} are left out.\n`);
  return describe.skip(title, tests);
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export interface WatchedPage {
  readonly page: Page;
  /** What the console complained about, failed answers of the server left out. */
  readonly complaints: string[];
  /** Addresses on other hosts that the page asked for. */
  readonly outside: string[];
  close(): Promise<void>;
}

/** A new page in a profile of its own, watched from its first request. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    locale: 'en-GB',
    permissions: ['clipboard-read', 'clipboard-write'],
    ...options,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  const outside: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    const text = message.text();
    const expected = text.startsWith(
      'Failed to load resource: the server responded with a status of 4',
    );
    if (['error', 'warning'].includes(message.type()) && !expected) complaints.push(text);
  });
  const { host } = new URL(url);
  context.on('request', (request) => {
    const asked = new URL(request.url());
    if (asked.protocol.startsWith('http') && asked.host !== host) outside.push(asked.href);
  });
  await page.goto(url);
  return { page, complaints, outside, close: () => context.close() };
}

/** Serious and critical faults that axe finds on the page as it stands. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  // Run by the debugger, not by the page: its content security policy stays as it is.
  await page.evaluate(axe.source);
  const { violations, passes } = await page.evaluate<{
    violations: { id: string; impact: string; nodes: { html: string }[] }[];
    passes: unknown[];
  }>('axe.run()');
  expect(passes.length).toBeGreaterThan(10);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
