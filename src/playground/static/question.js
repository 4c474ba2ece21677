import { addressOf, call } from './api.js';
import { bar, origin } from './bars.js';
import { credentialHeaders, credentialKind } from './credential.js';
import { curlCommand, quote, showCurl } from './curl.js';
import { byId, element } from './dom.js';
import { onLanguage, percent, text } from './language.js';
import { Panel } from './panel.js';

const EXAMPLES = [
  'how do i get rid of one element of an array',
  'what does === do that == does not',
  'how long should i boil an egg',
];
const PATH = 'v1/faq/match';
const TYPE = 'application/json';
const TOP = 3;
const field = byId('question');
let lastBody;

export function startQuestion() {
  const panel = new Panel('question');
  const ask = () => {
    const question = field.value.trim();
    if (question === '') return field.focus();
    return panel.run(
      () => text('asking'),
      (signal) => match(question, signal),
    );
  };
  byId('question-form').addEventListener('submit', (event) => {
    event.preventDefault();
    void ask();
  });
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void ask();
  });
  const examples = EXAMPLES.map((question) => {
    const onclick = () => {
      field.value = question;
      void ask();
    };
    const chip = element(
      'button',
      { type: 'button', class: 'chip', lang: 'en', onclick },
      question,
    );
    return element('li', {}, chip);
  });
  byId('question-examples').replaceChildren(...examples);
  onLanguage(showCommand);
}

async function match(question, signal) {
  const headers = { 'content-type': TYPE, ...(await credentialHeaders()) };
  lastBody = JSON.stringify({ question, top: TOP });
  showCommand();
  const answer = await call(PATH, { method: 'POST', headers, body: lastBody, signal });
  return () => (answer.body.answered ? matched(answer) : notMatched(answer));
}

function showCommand() {
  if (lastBody === undefined) return;
  const body = `-d ${quote(lastBody)}`;
  showCurl('question-curl', curlCommand(credentialKind(), addressOf(PATH), TYPE, body));
}

function matched(answer) {
  const { matches } = answer.body;
  const status = text('matched', matches.length, percent(matches[0]?.probability ?? 0));
  return { status, result: [list(matches, true), origin(answer)] };
}

function notMatched(answer) {
  const note = element(
    'div',
    { class: 'note none' },
    element('p', { class: 'strong' }, text('notMatched')),
    element('p', {}, text('notMatchedHint')),
  );
  const { matches } = answer.body;
  return { status: text('notMatched'), result: [note, list(matches, false), origin(answer)] };
}

function list(matches, openFirst) {
  const items = matches.map(({ question, answer, probability }, index) =>
    element(
      'li',
      {},
      bar(question, probability),
      element(
        'details',
        { open: openFirst && index === 0 },
        element('summary', {}, text('answer')),
        element('p', { lang: 'en', class: 'answer' }, ...withCode(answer)),
      ),
    ),
  );
  return element('ol', { class: openFirst ? 'bars' : 'bars faint', role: 'list' }, ...items);
}

/** Answers mark code with backticks. */
function withCode(answer) {
  return answer.split('`').map((part, index) => (index % 2 ? element('code', {}, part) : part));
}
