import { element } from './dom.js';
import { text } from './language.js';
import { Problem } from './api.js';

/**
 * An error in plain words, with what the server said folded away behind them.
 * @param {unknown} error
 */
export function problemNote(error) {
  if (!(error instanceof Problem)) throw error;
  const { detail, requestId, retryAfter } = error;
  const told = [plainWords(error), retryAfter && text('retryIn', retryAfter)].filter(Boolean);
  const details = [detail && element('p', { lang: 'en' }, detail)];
  if (requestId) details.push(element('p', { class: 'hint' }, text('errorRequest', requestId)));
  return element(
    'div',
    { class: 'note problem' },
    element('p', {}, told.join(' ')),
    details.some(Boolean) &&
      element('details', {}, element('summary', {}, text('errorDetails')), ...details),
  );
}

/** By the kind of error, else by its status; what is left is told in the server's words. */
function plainWords({ code, status = 0, detail }) {
  const words = text('error');
  const known = words[code] ?? words[status] ?? (status >= 500 && words[500]);
  return known || detail || words[500];
}
