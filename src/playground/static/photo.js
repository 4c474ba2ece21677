import { addressOf, call } from './api.js';
import { bar, origin } from './bars.js';
import { credentialHeaders, credentialKind } from './credential.js';
import { curlCommand, quote, showCurl } from './curl.js';
import { byId, element } from './dom.js';
import { onLanguage, percent, text } from './language.js';
import { Panel } from './panel.js';
import { fitForUpload } from './photo.scale.js';

const PATH = 'v1/vision/classify?top=3';
const drop = byId('drop');
let preview;
/** Name of the picture that was sent last. */
let last;

export function startPhoto() {
  const panel = new Panel('photo');
  const take = (file) => {
    if (file === undefined || file === null) return;
    void panel.run(
      () => text('looking'),
      (signal) => classify(file, signal, panel),
    );
  };
  for (const id of ['photo-file', 'photo-camera']) {
    const input = byId(id);
    input.addEventListener('change', () => {
      take(input.files[0]);
      // So that the same picture can be chosen again.
      input.value = '';
    });
  }
  byId('photo-sample').addEventListener('click', async () => {
    const response = await fetch(new URL('sample.jpg', import.meta.url));
    take(new File([await response.blob()], 'sample.jpg', { type: 'image/jpeg' }));
  });
  document.addEventListener('paste', ({ clipboardData }) => {
    take([...(clipboardData?.files ?? [])].find(({ type }) => type.startsWith('image/')));
  });
  startDrop(take);
  onLanguage(showCommand);
}

/** A picture dropped beside its place would otherwise replace the page. */
function startDrop(take) {
  const over = (event) => {
    event.preventDefault();
    drop.classList.toggle('over', drop.contains(event.target));
  };
  document.addEventListener('dragover', over);
  document.addEventListener('dragleave', () => drop.classList.remove('over'));
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    drop.classList.remove('over');
    if (drop.contains(event.target)) take(event.dataTransfer.files[0]);
  });
}

async function classify(file, signal, panel) {
  const credential = await credentialHeaders();
  const { blob, type, visible } = await fitForUpload(file);
  if (signal.aborted) return () => ({});
  URL.revokeObjectURL(preview);
  preview = visible ? URL.createObjectURL(blob) : undefined;
  last = file.name;
  showCommand();
  const source = preview;
  panel.show(() => ({ status: text('looking'), result: [beside(file.name, source)] }));
  const headers = { 'content-type': type, ...credential };
  const answer = await call(PATH, { method: 'POST', headers, body: blob, signal });
  return () => seen(file.name, source, answer);
}

function showCommand() {
  if (last === undefined) return;
  const body = `--data-binary ${quote(`@${last}`)}`;
  const type = 'application/octet-stream';
  showCurl('photo-curl', curlCommand(credentialKind(), addressOf(PATH), type, body));
}

function seen(name, source, answer) {
  const { predictions } = answer.body;
  const [best] = predictions;
  const items = predictions.map(({ label, probability }) => {
    return element('li', {}, bar(label, probability));
  });
  const list = element('ol', { class: 'bars', role: 'list' }, ...items);
  return {
    status: text('seen', best?.label ?? '', percent(best?.probability ?? 0)),
    result: [beside(name, source, list, origin(answer))],
  };
}

/** The picture, and what is known of it beside it. */
function beside(name, source, ...known) {
  const picture = source
    ? element('img', { src: source, alt: text('preview', name) })
    : element('p', { class: 'hint' }, text('noPreview'));
  return element(
    'div',
    { class: 'seen' },
    element('div', { class: 'picture' }, picture),
    element('div', {}, ...known),
  );
}
