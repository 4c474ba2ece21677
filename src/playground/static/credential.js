import { call } from './api.js';
import { byId, element } from './dom.js';
import { onLanguage, text } from './language.js';
import { problemNote } from './problem.js';
import { createSignIn } from './sign-in.js';

const field = byId('key');
const show = byId('key-show');
const status = byId('credential-status');
const alertBox = byId('credential-alert');

let signIn;
/** Who is signed in; while somebody is, the key is not used. */
let name;
let models;
/** Makes what the alert says, in the language of the moment. */
let alertNote;

export function credentialKind() {
  return name === undefined ? 'key' : 'token';
}

/**
 * The headers that let a call in.
 * @throws {MissingCredential} once the reader has been told
 */
export async function credentialHeaders() {
  if (name !== undefined) return { authorization: `Bearer ${await freshToken()}` };
  const key = field.value.trim();
  if (key !== '') return { 'x-api-key': key };
  tell(() => plain(signIn === undefined ? 'keyNeeded' : 'keyOrSignInNeeded'));
  field.focus();
  throw new MissingCredential();
}

/** The reader knows already: nothing more is to be shown. */
export class MissingCredential extends Error {}

async function freshToken() {
  try {
    return await signIn.token();
  } catch {
    tell(() => plain('signInFailed'));
    throw new MissingCredential();
  }
}

/** @param settings of the sign-in with Microsoft, where the operator has set it up */
export async function startCredential(settings) {
  byId('key-form').addEventListener('submit', (event) => {
    event.preventDefault();
    void check();
  });
  field.addEventListener('input', () => {
    models = undefined;
    tell(undefined);
  });
  show.addEventListener('click', () => {
    field.type = field.type === 'password' ? 'text' : 'password';
    render();
  });
  byId('sign-in-button').addEventListener('click', () => void toggleSignIn());
  onLanguage(render);
  if (settings === undefined) return;
  // Without https a browser has no cryptography for pages, and so no sign-in.
  signIn = await createSignIn(settings).catch(() => undefined);
  if (signIn === undefined) return;
  byId('sign-in').hidden = false;
}

/** Asks for the list of models, which any credential may see. */
async function check() {
  alertNote = undefined;
  models = undefined;
  try {
    const headers = await credentialHeaders();
    status.textContent = text('checking');
    const { body } = await call('v1/models', { headers });
    models = body.models.filter(({ serving }) => serving);
  } catch (error) {
    if (!(error instanceof MissingCredential)) tell(() => problemNote(error));
  }
  render();
}

async function toggleSignIn() {
  alertNote = undefined;
  if (name !== undefined) {
    await signIn.signOut();
    [name, models] = [];
    return render();
  }
  try {
    name = await signIn.signIn();
  } catch {
    return tell(() => plain('signInFailed'));
  }
  return check();
}

function tell(made) {
  alertNote = made;
  render();
}

const plain = (key) => element('p', { class: 'note problem' }, text(key));

function render() {
  const verb = text(field.type === 'password' ? 'showKey' : 'hideKey');
  show.textContent = verb;
  show.setAttribute('aria-label', `${verb}: ${text('key')}`);
  byId('sign-in-button').textContent = text(name === undefined ? 'signIn' : 'signOut');
  byId('key-form').hidden = name !== undefined;
  const signedIn = byId('signed-in');
  signedIn.hidden = name === undefined;
  signedIn.textContent = name === undefined ? '' : text('signedIn', name);
  alertBox.replaceChildren(...(alertNote === undefined ? [] : [alertNote()]));
  status.textContent = models === undefined ? '' : welcome();
}

function welcome() {
  const names = models.map((model) => `${model.name} ${model.version}`);
  return names.length === 0 ? text('noModels') : text('accessGood', names.join(', '));
}
