import { texts as en } from './texts/en.js';
import { texts as es } from './texts/es.js';
import { texts as ptBr } from './texts/pt-BR.js';
import { byId } from './dom.js';

const LANGUAGES = { en, es, 'pt-BR': ptBr };
const listeners = [];
let language = 'en';

/** A text of the page in the chosen language. */
export function text(key, ...values) {
  const found = LANGUAGES[language][key];
  return typeof found === 'function' ? found(...values) : found;
}

/** Calls back now and whenever another language is chosen. */
export function onLanguage(listener) {
  listeners.push(listener);
  listener();
}

/** 0.9904 as 99 % in the manner of the language; small ones keep a digit. */
export function percent(probability) {
  const digits = probability > 0 && probability < 0.095 ? 1 : 0;
  const style = { style: 'percent', maximumFractionDigits: digits };
  return new Intl.NumberFormat(language, style).format(probability);
}

export function startLanguages() {
  const select = byId('language');
  select.addEventListener('change', () => {
    choose(select.value);
    // In the address, so that a reload or a shared link keeps it; nothing is stored.
    const url = new URL(location.href);
    url.searchParams.set('lang', language);
    history.replaceState(null, '', url);
  });
  const asked = new URLSearchParams(location.search).get('lang');
  choose(asked !== null && Object.hasOwn(LANGUAGES, asked) ? asked : preferred());
  select.value = language;
}

/** The first of the browser's languages that the page speaks. */
function preferred() {
  for (const tag of navigator.languages) {
    const [base] = tag.toLowerCase().split('-');
    if (base === 'pt') return 'pt-BR';
    if (Object.hasOwn(LANGUAGES, base)) return base;
  }
  return 'en';
}

function choose(chosen) {
  language = chosen;
  const root = document.documentElement;
  root.lang = chosen;
  document.title = text('pageTitle');
  for (const one of document.querySelectorAll('[data-text]')) {
    one.textContent = text(one.dataset.text);
  }
  for (const one of document.querySelectorAll('[data-label]')) {
    one.setAttribute('aria-label', text(one.dataset.label));
  }
  for (const listener of listeners) listener();
  root.classList.remove('loading');
}
