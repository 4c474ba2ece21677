import { MissingCredential } from './credential.js';
import { byId } from './dom.js';
import { onLanguage } from './language.js';
import { problemNote } from './problem.js';

/**
 * One card that sends something and shows what comes back: status line, alert and result. A new
 * call takes the place of the one under way.
 */
export class Panel {
  #name;
  #controller;
  #shown = () => ({});

  /** @param {string} name prefix of the ids of its parts */
  constructor(name) {
    this.#name = name;
    onLanguage(() => this.#render());
  }

  /**
   * @param {() => string} busy what the status line says meanwhile
   * @param {(signal: AbortSignal) => Promise<() => Shown>} work gives what to show, in whatever
   *   language is chosen then
   * @typedef {{status?: string, result?: Node[]}} Shown
   */
  async run(busy, work) {
    this.#controller?.abort();
    const controller = new AbortController();
    this.#controller = controller;
    this.show(() => ({ status: busy() }));
    byId(`${this.#name}-result`).setAttribute('aria-busy', 'true');
    const shown = await work(controller.signal).catch((error) => failure(error));
    if (controller.signal.aborted) return;
    byId(`${this.#name}-result`).removeAttribute('aria-busy');
    this.show(shown);
  }

  show(shown) {
    this.#shown = shown;
    this.#render();
  }

  #render() {
    const { status = '', alert = [], result = [] } = this.#shown();
    byId(`${this.#name}-status`).textContent = status;
    byId(`${this.#name}-alert`).replaceChildren(...alert);
    byId(`${this.#name}-result`).replaceChildren(...result);
  }
}

function failure(error) {
  if (error.name === 'AbortError' || error instanceof MissingCredential) return () => ({});
  return () => ({ alert: [problemNote(error)] });
}
