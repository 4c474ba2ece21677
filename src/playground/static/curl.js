import { byId, element } from './dom.js';
import { text } from './language.js';

/** For a POSIX shell: whole, whatever is in it. */
export const quote = (word) => `'${word.replaceAll("'", `'\\''`)}'`;

/** The credential is named, never written out: commands end up in histories and tickets. */
const CREDENTIALS = {
  key: `-H "X-API-Key: $NESTOR_KEY"`,
  token: `-H "Authorization: Bearer $NESTOR_TOKEN"`,
};

/**
 * @param {'key' | 'token'} credential
 * @param {string} address
 * @param {string} type media type of the body
 * @param {string} body option and value, already quoted
 */
export function curlCommand(credential, address, type, body) {
  const lines = [`curl ${quote(address)}`, CREDENTIALS[credential], `-H 'Content-Type: ${type}'`];
  return [...lines, body].join(' \\\n  ');
}

/** Shows the command of the last call in the element with this id. */
export function showCurl(id, command) {
  const status = element('span', { class: 'status', role: 'status' });
  const code = element('code', {}, command);
  const copy = async () => {
    // Without https the browser has no clipboard for pages.
    const copied = await navigator.clipboard?.writeText(command).then(
      () => true,
      () => false,
    );
    status.textContent = text(copied ? 'copied' : 'copyFailed');
    if (!copied) getSelection()?.selectAllChildren(code);
  };
  const holder = byId(id);
  const open = holder.querySelector('details')?.open ?? false;
  holder.replaceChildren(
    element(
      'details',
      { class: 'curl', open },
      element('summary', {}, text('curlTitle')),
      element('p', { class: 'hint' }, text('curlHint')),
      element('pre', { tabindex: 0, 'aria-label': text('curlTitle') }, code),
      element(
        'div',
        { class: 'row' },
        element('button', { type: 'button', class: 'plain', onclick: copy }, text('copy')),
        status,
      ),
    ),
  );
}
