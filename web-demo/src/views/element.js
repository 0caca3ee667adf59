/**
 * Elements in one expression.
 */

import { pieces } from '../words.js';

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string | number | boolean | null | undefined>} [attributes] false, null and
 *   undefined leave one out; true sets it empty
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, String(value));
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/**
 * Sets an element's text, if it is another one: an assistive technology is not told twice.
 * @param {Element} target
 * @param {string} text
 */
export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/**
 * A name that may break between its pieces.
 * @param {string} name
 * @returns {Node[]}
 */
export const breakable = (name) =>
  pieces(name).flatMap((piece, i) => (i > 0 ? [document.createElement('wbr'), new Text(piece)] : [new Text(piece)]));
