import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { accessibilityFaults, describeInBrowser, launchBrowser } from '../support/browser.js';
import { fixture, Playground } from '../support/playground.js';
import { TestServer } from '../support/server.js';

describeInBrowser('the playground', () => {
  let server: TestServer;
  let browser: Browser;
  let playground: Playground;
  let page: Page;
  beforeAll(async () => {
    server = await TestServer.start();
    browser = await launchBrowser();
  });
  beforeEach(() => visit());
  afterEach(async () => {
    expect(playground.watched.complaints).toEqual([]);
    expect(playground.watched.outside).toEqual([]);
    await playground.watched.close();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function visit(): Promise<void> {
    playground = await Playground.open(browser, server);
    page = playground.page;
  }

  it('tells whether a key is good and what is served', async () => {
    await page.locator('#key').fill(server.key);
    await page.getByRole('button', { name: 'Check key' }).click();
    await page.locator('#credential-status:has-text("vision 1")').waitFor();
    expect(await playground.textOf('#credential-status')).toMatch(/faq 1/);
  });

  it('answers a question with bars, probabilities and the best answer unfolded', async () => {
    await playground.ask('how do i get rid of one element of an array');
    const bars = page.locator('#question-result li');
    expect(await bars.count()).toBe(3);
    expect(await bars.first().innerText()).toMatch(/remove[^]*array[^]*\d+%[^]*arr\.splice/);
    const widths = await page
      .locator('#question-result .fill')
      .evaluateAll((fills) =>
        fills.map(
          (fill) =>
            (fill as { getBoundingClientRect?(): { width: number } }).getBoundingClientRect?.()
              .width ?? 0,
        ),
      );
    expect(widths[0]).toBeGreaterThan(20 * (widths[2] ?? Infinity));
    expect(await playground.textOf('#question-status')).toMatch(
      /^3 matches, the best with \d+%\.$/,
    );
  });

  it('says so when nothing in the list matches well', async () => {
    await playground.ask('how long should i boil an egg');
    expect(await playground.textOf('#question-result .none')).toMatch(
      /Nothing in the list matches well/,
    );
    expect(await page.locator('#question-result details[open]').count()).toBe(0);
  });

  it('shows the three likeliest classes beside the picture', async () => {
    await playground.show('photos/coffee.jpg');
    expect(await page.locator('#photo-result li').allInnerTexts()).toEqual([
      expect.stringMatching(/espresso\s+\d+%/),
      expect.stringMatching(/\d%/),
      expect.stringMatching(/\d%/),
    ]);
    expect(await playground.textOf('#photo-status')).toMatch(/^Most likely: espresso, \d+%\.$/);
    const [picture, bars] = await Promise.all(
      ['img', '.bars'].map((part) => page.locator(`#photo-result ${part}`).boundingBox()),
    );
    expect((bars?.x ?? 0) - (picture?.x ?? 0)).toBeGreaterThan(picture?.width ?? Infinity);
  });

  it('sends large photos small and upright, small ones as they are', async () => {
    const sent: { type: string | undefined; bytes: number }[] = [];
    page.on('request', (request) => {
      if (!request.url().includes('/v1/vision/')) return;
      const bytes = request.postDataBuffer()?.byteLength ?? 0;
      sent.push({ type: request.headers()['content-type'], bytes });
    });
    await playground.show('vision/tripod-orientation-6.jpg');
    expect(await playground.textOf('#photo-status')).toMatch(/tripod/);
    // Drawn by the page itself: 3000 × 2000 pixels, marked as lying on its side.
    const large = await page.evaluate<number[]>(`(async () => {
      const canvas = new OffscreenCanvas(3000, 2000);
      const context = canvas.getContext('2d');
      context.fillRect(0, 0, 1500, 2000);
      const jpeg = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg' })).arrayBuffer());
      return [...jpeg];
    })()`);
    // An Exif segment with nothing but orientation 6: to be turned a quarter clockwise.
    const segment = 'ffe10022457869660000';
    const directory = '49492a0008000000010012010300010000000600000000000000';
    const exif = Buffer.from(segment + directory, 'hex');
    const turned = Buffer.concat([
      Buffer.from(large.slice(0, 2)),
      exif,
      Buffer.from(large.slice(2)),
    ]);
    const file = { name: 'large.jpg', mimeType: 'image/jpeg', buffer: turned };
    await page.locator('#photo-file').setInputFiles(file);
    await page.locator('#photo-result img[alt$="large.jpg"]').waitFor();
    await page.locator('#photo-result .bars').waitFor();
    const size = await page
      .locator('#photo-result img')
      .evaluate((image) => [(image as any).naturalWidth, (image as any).naturalHeight]);
    expect(size).toEqual([683, 1024]);
    expect(sent.map(({ type }) => type)).toEqual(['image/jpeg', 'image/jpeg']);
    expect(sent[1]?.bytes).toBeLessThan(turned.byteLength);
  });

  it('takes a picture that is dropped and one that is pasted', async () => {
    await page.locator('#key').fill(server.key);
    for (const [type, target, transfer] of [
      ['drop', '#drop', 'dataTransfer'],
      ['paste', 'body', 'clipboardData'],
    ] as const) {
      await page.evaluate(`(async () => {
        const blob = await (await fetch('./playground/sample.jpg')).blob();
        const data = new DataTransfer();
        data.items.add(new File([blob], '${type}.jpg', { type: 'image/jpeg' }));
        const Kind = '${type}' === 'drop' ? DragEvent : ClipboardEvent;
        const init = { bubbles: true, cancelable: true, ${transfer}: data };
        document.querySelector('${target}').dispatchEvent(new Kind('${type}', init));
      })()`);
      await page.locator(`#photo-result img[alt$="${type}.jpg"]`).waitFor();
      await page.locator('#photo-result .bars').waitFor();
      expect(await playground.textOf('#photo-status')).toMatch(/espresso/);
    }
  });

  it('tells errors in plain words', async () => {
    await page.locator('#question').fill('what is a closure');
    await page.getByRole('button', { name: 'Ask' }).click();
    expect(await playground.textOf('#credential-alert')).toMatch(/Paste an API key first/);
    expect(await page.evaluate('document.activeElement.id')).toBe('key');
    await page.locator('#key').fill('nst_test_wrong');
    await page.getByRole('button', { name: 'Ask' }).click();
    await page.locator('#question-alert .problem').waitFor();
    expect(await playground.textOf('#question-alert')).toMatch(/This credential is not accepted/);
    await page.locator('#key').fill(server.key);
    await page.locator('#photo-file').setInputFiles(fixture('vision/page.pdf'));
    await page.locator('#photo-alert .problem').waitFor();
    expect(await playground.textOf('#photo-alert')).toMatch(/cannot be read as a picture/);
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it('copies each call as a curl command without the key', async () => {
    await playground.ask("what's a closure");
    await page.locator('#question-curl summary').click();
    await page.locator('#question-curl button').click();
    await page.locator('#question-curl [role=status]:has-text("Copied.")').waitFor();
    const command = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(command).toContain(`curl '${server.url}/v1/faq/match'`);
    expect(command).toContain(`-d '{"question":"what'\\''s a closure","top":3}'`);
    expect(command).toContain('$NESTOR_KEY');
    expect(command).not.toContain(server.key);
  });

  it('keeps the key nowhere', async () => {
    await playground.ask('what is a closure');
    const kept = await page.evaluate(
      '[localStorage.length, sessionStorage.length, document.cookie, location.search]',
    );
    expect(kept).toEqual([0, 0, '', '']);
    await page.reload();
    expect(await page.locator('#key').inputValue()).toBe('');
  });
});
