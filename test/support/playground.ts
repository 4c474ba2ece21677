import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { openPage, type WatchedPage } from './browser.js';
import type { TestServer } from './server.js';

export const fixture = (file: string) => new URL(`../fixtures/${file}`, import.meta.url).pathname;

/** The playground of a server, open in a browser. */
export class Playground {
  private constructor(
    private readonly server: TestServer,
    readonly watched: WatchedPage,
  ) {}

  static async open(
    browser: Browser,
    server: TestServer,
    options?: BrowserContextOptions,
  ): Promise<Playground> {
    const watched = await openPage(browser, `${server.url}/playground`, options);
    await watched.page.locator('html:not(.loading)').waitFor();
    return new Playground(server, watched);
  }

  get page(): Page {
    return this.watched.page;
  }

  textOf(selector: string): Promise<string> {
    return this.page.locator(selector).innerText();
  }

  async ask(question: string): Promise<void> {
    await this.page.locator('#key').fill(this.server.key);
    await this.page.locator('#question').fill(question);
    await this.page.locator('#question').press('Enter');
    await this.page.locator('#question-result .bars').waitFor();
  }

  async show(file: string): Promise<void> {
    await this.page.locator('#key').fill(this.server.key);
    await this.page.locator('#photo-file').setInputFiles(fixture(file));
    await this.page.locator('#photo-result .bars').waitFor();
  }
}
