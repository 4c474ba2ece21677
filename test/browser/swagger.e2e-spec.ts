import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Locator } from 'playwright-core';
import {
  describeInBrowser,
  launchBrowser,
  openPage,
  type WatchedPage,
} from '../support/browser.js';
import { TestServer } from '../support/server.js';

describeInBrowser('Swagger UI', () => {
  let server: TestServer;
  let browser: Browser;
  let opened: WatchedPage;
  beforeAll(async () => {
    server = await TestServer.start();
    browser = await launchBrowser();
    opened = await openPage(browser, `${server.url}/docs`);
    await authorise();
  });
  afterEach(() => {
    expect(opened.complaints).toEqual([]);
    expect(opened.outside).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function authorise(): Promise<void> {
    const { page } = opened;
    await page.locator('button.authorize').first().click();
    const dialog = page.locator('.auth-container');
    const key = dialog.filter({ hasText: 'X-API-Key' });
    expect(await dialog.filter({ hasText: 'Bearer' }).count()).toBe(1);
    await key.locator('input').fill(server.key);
    await key.getByRole('button', { name: 'Apply credentials' }).click();
    await page.locator('.auth-btn-wrapper .btn-done').first().click();
  }

  function operation(id: string): Locator {
    return opened.page.locator(`.opblock[id$="-${id}"]`);
  }

  async function open(id: string): Promise<Locator> {
    const block = operation(id);
    if ((await block.locator('button.execute').count()) > 0) return block;
    await block.locator('.opblock-summary-control').click();
    await block.locator('button.execute').waitFor();
    return block;
  }

  async function execute(block: Locator): Promise<{ status: string; body: string }> {
    const clear = block.locator('button.btn-clear');
    if ((await clear.count()) > 0) await clear.click();
    await block.locator('button.execute').click();
    const live = block.locator('.live-responses-table .response').first();
    const status = await live.locator('.response-col_status').innerText();
    const body = await live.locator('.highlight-code').first().innerText();
    return { status: status.split('\n', 1).join('').trim(), body };
  }

  it.each([
    ['postV1FaqMatch', 'question', /"answered": true[^]*remove/],
    ['postV1FaqMatch', 'noMatch', /"answered": false/],
    ['postV1VisionClassify', 'photo', /"label": "tripod"/],
    ['postScore', 'question', /Computed in \d+ ms/],
    ['postScore', 'images', /n04485082 tripod/],
    ['postScore', 'keras', /n04485082[^]*tripod/],
    ['postFaqScore', 'question', /Computed in \d+ ms/],
    ['postVisionScore', 'images', /n04485082 tripod/],
  ])('answers %s from its example %s as it stands', async (id, example, expected) => {
    const block = await open(id);
    const select = block.locator('.opblock-section-request-body .examples-select-element');
    if ((await select.count()) > 0) await select.selectOption(example);
    const { status, body } = await execute(block);
    expect(status).toBe('200');
    expect(body).toMatch(expected);
  });

  it('sends a photo that is chosen as a file', async () => {
    const block = await open('postV1VisionClassify');
    await block.locator('.opblock-section-request-body select').first().selectOption('image/jpeg');
    const photo = new URL('../fixtures/photos/coffee.jpg', import.meta.url).pathname;
    await block.locator('input[type=file]').setInputFiles(photo);
    const { status, body } = await execute(block);
    expect(status).toBe('200');
    expect(body).toMatch(/"label": "espresso"/);
  });

  it('lists the models', async () => {
    const { status, body } = await execute(await open('getV1Models'));
    expect(status).toBe('200');
    expect(body).toMatch(/"name": "vision"/);
  });

  it('tells the scopes, the deadline header and every error of an operation', async () => {
    const block = await open('postV1VisionClassify');
    const text = await block.innerText();
    expect(text).toMatch(/scope vision\.score/);
    expect(text).toMatch(/X-Request-Timeout-Ms/);
    for (const code of [
      'unauthenticated',
      'forbidden',
      'image-too-large',
      'bad-image',
      'queue-full',
    ]) {
      expect(text).toContain(code);
    }
  });
});
