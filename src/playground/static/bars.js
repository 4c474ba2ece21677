import { element } from './dom.js';
import { percent, text } from './language.js';

/**
 * A name, its share as a number, and a bar for the eye. The bar grows from nothing unless the
 * reader wants no motion.
 */
export function bar(name, probability) {
  const fill = element('span', { class: 'fill' });
  // A style attribute in markup is barred by the content security policy; this is not.
  fill.style.setProperty('--share', String(Math.min(1, Math.max(0, probability))));
  return element(
    'div',
    { class: 'bar' },
    element('span', { class: 'name', lang: 'en' }, name),
    element('span', { class: 'share' }, percent(probability)),
    element('span', { class: 'track', 'aria-hidden': 'true' }, fill),
  );
}

/** Which model answered, and how fast. */
export function origin({ body: { model }, ms = 0 }) {
  return element('p', { class: 'hint' }, text('by', `${model.name} ${model.version}`, ms));
}
