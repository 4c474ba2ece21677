import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { accessibilityFaults, describeInBrowser, launchBrowser } from '../support/browser.js';
import { Playground } from '../support/playground.js';
import { TestServer } from '../support/server.js';

const PHONE: BrowserContextOptions = {
  viewport: { width: 360, height: 740 },
  isMobile: true,
  hasTouch: true,
};

describeInBrowser('the playground, for everybody,', () => {
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

  async function visit(options?: BrowserContextOptions): Promise<void> {
    await playground?.watched.close();
    playground = await Playground.open(browser, server, options);
    page = playground.page;
  }

  it.each([
    ['es-MX', 'es', 'Haz una pregunta', 'Nada de la lista coincide bien.'],
    ['pt-PT', 'pt-BR', 'Faça uma pergunta', 'Nada na lista corresponde bem.'],
    ['de-DE', 'en', 'Ask a question', 'Nothing in the list matches well.'],
  ])('speaks to a browser of %s in %s', async (locale, language, heading, none) => {
    await visit({ locale });
    expect(await page.locator('html').getAttribute('lang')).toBe(language);
    expect(await playground.textOf('#question-title')).toBe(heading);
    await playground.ask('how long should i boil an egg');
    expect(await playground.textOf('#question-status')).toBe(none);
  });

  it('changes the language on demand, results included, and keeps it in the address', async () => {
    await playground.show('photos/coffee.jpg');
    await page.getByLabel('Language').selectOption('es');
    expect(await playground.textOf('#photo-status')).toMatch(
      /^Lo más probable: espresso, \d+\s%\.$/,
    );
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
    await playground.ask('how long should i boil an egg');
    await playground.show('photos/coffee.jpg');
    await page.locator('#photo-curl summary').click();
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it('fits a phone, where it offers the camera', async () => {
    await visit(PHONE);
    await playground.ask('how do i get rid of one element of an array');
    await playground.show('photos/coffee.jpg');
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
    await playground.ask('what is a closure');
    const animated = 'getComputedStyle(document.querySelector(".fill")).animationName';
    expect(await page.evaluate(animated)).toBe('none');
  });
});
