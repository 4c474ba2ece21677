import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import {
  accessibilityFaults,
  describeInBrowser,
  launchBrowser,
  openPage,
  type WatchedPage,
} from '../support/browser.js';
import { TestServer } from '../support/server.js';

const fixture = (file: string) => new URL(`../fixtures/${file}`, import.meta.url).pathname;
const PHONE: BrowserContextOptions = {
  viewport: { width: 360, height: 740 },
  isMobile: true,
  hasTouch: true,
};

describeInBrowser('the playground', () => {
  let server: TestServer;
  let browser: Browser;
  let opened: WatchedPage;
  let page: Page;
  beforeAll(async () => {
    server = await TestServer.start();
    browser = await launchBrowser();
  }, 60_000);
  beforeEach(() => visit());
  afterEach(async () => {
    expect(opened.complaints).toEqual([]);
    expect(opened.outside).toEqual([]);
    await opened.close();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function visit(options?: BrowserContextOptions, path = '/playground'): Promise<void> {
    await opened?.close();
    opened = await openPage(browser, `${server.url}${path}`, options);
    page = opened.page;
    await page.locator('html:not(.loading)').waitFor();
  }

  const textOf = (selector: string) => page.locator(selector).innerText();

  async function ask(question: string): Promise<void> {
    await page.locator('#key').fill(server.key);
    await page.locator('#question').fill(question);
    await page.locator('#question').press('Enter');
    await page.locator('#question-result .bars').waitFor();
  }

  async function show(file: string): Promise<void> {
    await page.locator('#key').fill(server.key);
    await page.locator('#photo-file').setInputFiles(fixture(file));
    await page.locator('#photo-result .bars').waitFor();
  }

  it('tells whether a key is good and what is served', async () => {
    await page.locator('#key').fill(server.key);
    await page.getByRole('button', { name: 'Check key' }).click();
    await page.locator('#credential-status:has-text("vision 1")').waitFor();
    expect(await textOf('#credential-status')).toMatch(/faq 1/);
  });

  it('answers a question with bars, probabilities and the best answer unfolded', async () => {
    await ask('how do i get rid of one element of an array');
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
    expect(await textOf('#question-status')).toMatch(/^3 matches, the best with \d+%\.$/);
  });

  it('says so when nothing in the list matches well', async () => {
    await ask('how long should i boil an egg');
    expect(await textOf('#question-result .none')).toMatch(/Nothing in the list matches well/);
    expect(await page.locator('#question-result details[open]').count()).toBe(0);
  });

  it('shows the three likeliest classes beside the picture', async () => {
    await show('photos/coffee.jpg');
    expect(await page.locator('#photo-result li').allInnerTexts()).toEqual([
      expect.stringMatching(/espresso\s+\d+%/),
      expect.stringMatching(/\d%/),
      expect.stringMatching(/\d%/),
    ]);
    expect(await textOf('#photo-status')).toMatch(/^Most likely: espresso, \d+%\.$/);
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
    await show('vision/tripod-orientation-6.jpg');
    expect(await textOf('#photo-status')).toMatch(/tripod/);
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
      expect(await textOf('#photo-status')).toMatch(/espresso/);
    }
  });

  it('tells errors in plain words', async () => {
    await page.locator('#question').fill('what is a closure');
    await page.getByRole('button', { name: 'Ask' }).click();
    expect(await textOf('#credential-alert')).toMatch(/Paste an API key first/);
    expect(await page.evaluate('document.activeElement.id')).toBe('key');
    await page.locator('#key').fill('nst_test_wrong');
    await page.getByRole('button', { name: 'Ask' }).click();
    await page.locator('#question-alert .problem').waitFor();
    expect(await textOf('#question-alert')).toMatch(/This credential is not accepted/);
    await page.locator('#key').fill(server.key);
    await page.locator('#photo-file').setInputFiles(fixture('vision/page.pdf'));
    await page.locator('#photo-alert .problem').waitFor();
    expect(await textOf('#photo-alert')).toMatch(/cannot be read as a picture/);
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it('copies each call as a curl command without the key', async () => {
    await ask("what's a closure");
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
    await ask('what is a closure');
    const kept = await page.evaluate(
      '[localStorage.length, sessionStorage.length, document.cookie, location.search]',
    );
    expect(kept).toEqual([0, 0, '', '']);
    await page.reload();
    expect(await page.locator('#key').inputValue()).toBe('');
  });

  it.each([
    ['es-MX', 'es', 'Haz una pregunta', 'Nada de la lista coincide bien.'],
    ['pt-PT', 'pt-BR', 'Faça uma pergunta', 'Nada na lista corresponde bem.'],
    ['de-DE', 'en', 'Ask a question', 'Nothing in the list matches well.'],
  ])('speaks to a browser of %s in %s', async (locale, language, heading, none) => {
    await visit({ locale });
    expect(await page.locator('html').getAttribute('lang')).toBe(language);
    expect(await textOf('#question-title')).toBe(heading);
    await ask('how long should i boil an egg');
    expect(await textOf('#question-status')).toBe(none);
  });

  it('changes the language on demand, results included, and keeps it in the address', async () => {
    await show('photos/coffee.jpg');
    await page.getByLabel('Language').selectOption('es');
    expect(await textOf('#photo-status')).toMatch(/^Lo más probable: espresso, \d+\s%\.$/);
    await page.reload();
    expect(await page.title()).toBe('Nestor: página de prueba');
  });

  it.each<[string, BrowserContextOptions]>([
    ['light', { colorScheme: 'light' }],
    ['dark', { colorScheme: 'dark' }],
    ['on a phone', PHONE],
  ])('has no serious accessibility fault, %s', async (_title, options) => {
    await visit(options);
    expect(await accessibilityFaults(page)).toEqual([]);
    await ask('how long should i boil an egg');
    await show('photos/coffee.jpg');
    await page.locator('#photo-curl summary').click();
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it('fits a phone, where it offers the camera', async () => {
    await visit(PHONE);
    await ask('how do i get rid of one element of an array');
    await show('photos/coffee.jpg');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    await page.getByText('Take a photo').waitFor();
    expect(await page.locator('#photo-camera').getAttribute('capture')).toBe('environment');
  });

  it('is used by keyboard alone, in the order in which it is read', async () => {
    await page.locator('#docs-link:visible').waitFor();
    const stops: string[] = [];
    for (let presses = 0; presses < 14; presses += 1) {
      await page.keyboard.press('Tab');
      const focused =
        '(({ id, className, textContent }) => id || className || textContent)(document.activeElement)';
      stops.push(await page.evaluate<string>(focused));
    }
    const wanted = [
      'skip',
      'docs-link',
      'language',
      'key',
      'key-show',
      'question',
      'chip',
      'photo-file',
      'photo-sample',
    ];
    expect(
      stops.filter((stop, index) => wanted.includes(stop) && stops.indexOf(stop) === index),
    ).toEqual(wanted);
    await page.locator('#key').fill(server.key);
    await page.locator('.chip').first().focus();
    await page.keyboard.press('Enter');
    await page.locator('#question-result .bars').waitFor();
  });

  it('does without motion for those who ask for it', async () => {
    await visit({ reducedMotion: 'reduce' });
    await ask('what is a closure');
    const animated = 'getComputedStyle(document.querySelector(".fill")).animationName';
    expect(await page.evaluate(animated)).toBe('none');
  });
});
