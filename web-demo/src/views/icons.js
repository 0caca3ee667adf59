/**
 * Buttons with pictures on them.
 */

import { element } from './element.js';

const SVG = 'http://www.w3.org/2000/svg';

/** @type {Record<string, string>} */
const ICONS = {
  play: 'M8 5.5v13a1 1 0 0 0 1.53.85l10.4-6.5a1 1 0 0 0 0-1.7L9.53 4.65A1 1 0 0 0 8 5.5Z',
  pause: 'M7 5h3.5v14H7zM13.5 5H17v14h-3.5z',
  back: 'M6 5h2.2v14H6zM19 5.8v12.4a.8.8 0 0 1-1.25.66L9 12.66a.8.8 0 0 1 0-1.32l8.75-6.2A.8.8 0 0 1 19 5.8Z',
  on: 'M15.8 5H18v14h-2.2zM5 5.8v12.4a.8.8 0 0 0 1.25.66L15 12.66a.8.8 0 0 0 0-1.32L6.25 5.14A.8.8 0 0 0 5 5.8Z',
  loop: 'M17 3.5 21 7l-4 3.5V8H8a3 3 0 0 0-3 3v1H3v-1a5 5 0 0 1 5-5h9V3.5ZM7 20.5 3 17l4-3.5V16h9a3 3 0 0 0 3-3v-1h2v1a5 5 0 0 1-5 5H7v2.5Z',
  close: 'M6.4 5 12 10.6 17.6 5 19 6.4 13.4 12l5.6 5.6-1.4 1.4-5.6-5.6L6.4 19 5 17.6l5.6-5.6L5 6.4 6.4 5Z',
  stand: 'M4 4h6v2H7.4l3.3 3.3-1.4 1.4L6 7.4V10H4V4Zm16 0v6h-2V7.4l-3.3 3.3-1.4-1.4L16.6 6H14V4h6ZM4 20v-6h2v2.6l3.3-3.3 1.4 1.4L7.4 18H10v2H4Zm16 0h-6v-2h2.6l-3.3-3.3 1.4-1.4 3.3 3.3V14h2v6Z',
  click: 'M9.2 3h5.6l4 18H5.2l4-18Zm1.6 2-3.1 14h8.6l-.9-4h-2.9l4.7-8.2 1.6.9-3 5.3L14.8 5h-4Z',
};

/**
 * @param {string} icon
 * @param {string} words
 * @param {string} key
 */
export function iconButton(icon, words, key) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(document.createElementNS(SVG, 'path'));
  const button = element('button', { type: 'button', class: 'icon', 'aria-label': words, title: `${words} (${key})` });
  button.append(svg);
  setIcon(button, icon);
  return button;
}

/** @param {Element} button @param {string} icon */
export function setIcon(button, icon) {
  button.querySelector('path')?.setAttribute('d', ICONS[icon]);
}
