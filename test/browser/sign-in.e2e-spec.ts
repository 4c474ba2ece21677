import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { describeInBrowser, launchBrowser, openPage } from '../support/browser.js';
import { fakeSignIn } from '../support/fake.microsoft.js';
import { TestIssuer } from '../support/issuer.js';
import { TestServer } from '../support/server.js';

const CLIENT = randomUUID();

describeInBrowser('the sign-in of the playground', () => {
  let issuer: TestIssuer;
  let server: TestServer;
  let browser: Browser;
  beforeAll(async () => {
    issuer = await TestIssuer.start();
    const env = { ...issuer.env, AZURE_AD_CLIENT_ID: CLIENT, MODELS: 'vision' };
    server = await TestServer.start(env);
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await issuer?.stop();
  });

  it('lets a person in by a popup and keeps the token in memory only', async () => {
    const { page, complaints, outside, close } = await openPage(browser, `${server.url}/version`);
    const context = page.context();
    const token = await fakeSignIn(context, issuer, CLIENT);
    const credentials: (string | undefined)[] = [];
    context.on('request', (request) => {
      if (request.url().includes('/v1/')) credentials.push(request.headers()['authorization']);
    });
    await page.goto(`${server.url}/playground`);
    await page.getByRole('button', { name: 'Sign in with Microsoft' }).click();
    await page.getByText('Signed in as Ada.').waitFor();
    await page.getByText('You are in. Served here: vision 1.').waitFor();
    expect(await page.locator('#key').isVisible()).toBe(false);

    await page.getByRole('button', { name: 'Use a sample' }).click();
    await page.getByText(/^Most likely: espresso/).waitFor();
    expect(credentials).toEqual([`Bearer ${token}`, `Bearer ${token}`]);
    await page.locator('#photo-curl summary').click();
    expect(await page.locator('#photo-curl code').innerText()).toContain('Bearer $NESTOR_TOKEN');

    const kept = 'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])';
    expect(await page.evaluate(kept)).toBe('[{},{},""]');
    expect(context.pages()).toHaveLength(1);
    await page.getByRole('button', { name: 'Sign out here' }).click();
    await page.locator('#key').waitFor();
    expect(complaints).toEqual([]);
    expect(outside.every((address) => address.startsWith(`${issuer.url}/`))).toBe(true);
    await close();
  });

  it('says so when the person is not let in, and can be tried again', async () => {
    const { page, close } = await openPage(browser, `${server.url}/playground`);
    await page.context().route(`${issuer.url}/**`, (route) => route.abort());
    await page.getByRole('button', { name: 'Sign in with Microsoft' }).click();
    await page.getByText(/^The sign-in did not succeed/).waitFor();
    await page.context().unrouteAll();
    await fakeSignIn(page.context(), issuer, CLIENT);
    await page.getByRole('button', { name: 'Sign in with Microsoft' }).click();
    await page.getByText('Signed in as Ada.').waitFor();
    await close();
  });
});
