import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser, BrowserContext } from 'playwright-core';
import { describeInBrowser, launchBrowser } from '../support/browser.js';
import { fakeMicrosoft, SIGN_IN } from '../support/fake.microsoft.js';
import { TestServer } from '../support/server.js';

const TOKEN = 'token-of-ada';

describeInBrowser('the sign-in of the playground', () => {
  let server: TestServer;
  let browser: Browser;
  beforeAll(async () => {
    server = await TestServer.start({ MODELS: 'vision' });
    browser = await launchBrowser();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  /** The settings that a server with Azure AD sends, and its policy. */
  async function configure(context: BrowserContext): Promise<void> {
    await context.route('**/playground/config.json', (route) =>
      route.fulfill({ json: { docs: true, signIn: SIGN_IN } }),
    );
    await context.route('**/playground', async (route) => {
      const response = await route.fetch();
      const headers = response.headers();
      const origin = new URL(SIGN_IN.authority).origin;
      const policy = headers['content-security-policy'];
      headers['content-security-policy'] = String(policy).replace(
        "connect-src 'self'",
        `connect-src 'self' ${origin}`,
      );
      await route.fulfill({ response, headers });
    });
  }

  it('is not offered unless it is configured', async () => {
    const page = await browser.newPage({ ignoreHTTPSErrors: true });
    await page.goto(`${server.url}/playground`, { waitUntil: 'networkidle' });
    expect(await page.locator('#sign-in').isVisible()).toBe(false);
    await page.close();
  });

  it('lets a person in by a popup and keeps the token in memory only', async () => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB' });
    await configure(context);
    await fakeMicrosoft(context, TOKEN);
    const credentials: (string | undefined)[] = [];
    await context.route('**/v1/models', (route) => {
      credentials.push(route.request().headers()['authorization']);
      const models = [{ name: 'vision', version: 1, serving: true }];
      return route.fulfill({ json: { models } });
    });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(`${server.url}/playground`);
    await page.getByRole('button', { name: 'Sign in with Microsoft' }).click();
    await page.getByText('Signed in as Ada.').waitFor();
    await page.getByText('You are in. Served here: vision 1.').waitFor();
    expect(credentials).toEqual([`Bearer ${TOKEN}`]);
    expect(await page.locator('#key').isVisible()).toBe(false);
    const kept = await page.evaluate<string>(
      'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])',
    );
    expect(kept).toBe('[{},{},""]');
    expect(kept).not.toContain(TOKEN);
    expect(context.pages()).toHaveLength(1);
    await page.getByRole('button', { name: 'Sign out here' }).click();
    await page.locator('#key').waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });
});
