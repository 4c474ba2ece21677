/** The element with this id; the page is written so that it is there. */
export const byId = (id) => document.getElementById(id);

/**
 * A new element. Texts become text nodes, never markup: answers and labels are not trusted.
 * @param {string} tag
 * @param {Record<string, unknown>} attributes `on…` adds a listener, `false` leaves out
 * @param {...(Node | string | undefined | false)} children
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === undefined) continue;
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? '' : String(value));
  }
  made.append(...children.filter((child) => child !== undefined && child !== false));
  return made;
}
