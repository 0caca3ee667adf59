/**
 * Play, sections back and on, speed, repeat.
 */

import { clock } from '../words.js';
import { element, setText } from './element.js';

/** @import { Scope } from '../scope.js' */
/** @import { Store } from '../state.js' */

const SVG = 'http://www.w3.org/2000/svg';

/** @type {Record<string, string>} */
const ICONS = {
  play: 'M8 5.5v13a1 1 0 0 0 1.53.85l10.4-6.5a1 1 0 0 0 0-1.7L9.53 4.65A1 1 0 0 0 8 5.5Z',
  pause: 'M7 5h3.5v14H7zM13.5 5H17v14h-3.5z',
  back: 'M6 5h2.2v14H6zM19 5.8v12.4a.8.8 0 0 1-1.25.66L9 12.66a.8.8 0 0 1 0-1.32l8.75-6.2A.8.8 0 0 1 19 5.8Z',
  on: 'M15.8 5H18v14h-2.2zM5 5.8v12.4a.8.8 0 0 0 1.25.66L15 12.66a.8.8 0 0 0 0-1.32L6.25 5.14A.8.8 0 0 0 5 5.8Z',
  loop: 'M17 3.5 21 7l-4 3.5V8H8a3 3 0 0 0-3 3v1H3v-1a5 5 0 0 1 5-5h9V3.5ZM7 20.5 3 17l4-3.5V16h9a3 3 0 0 0 3-3v-1h2v1a5 5 0 0 1-5 5H7v2.5Z',
};

/** Speeds of playback. */
const RATES = [0.5, 0.75, 0.9, 1, 1.25];

/**
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Scope} scope
 */
export function transportView(root, store, scope) {
  const back = iconButton('back', 'Previous section', '[');
  const toggle = iconButton('play', 'Play', 'space');
  toggle.classList.add('toggle');
  toggle.id = 'toggle';
  const on = iconButton('on', 'Next section', ']');
  const loop = iconButton('loop', 'Repeat this section', 'L');
  loop.setAttribute('aria-pressed', 'false');
  const now = element('span', { class: 'time-now' });
  const total = element('span', { class: 'time-total' });
  const rate = element(
    'select',
    { id: 'rate', 'aria-label': 'Speed' },
    ...RATES.map((value) => element('option', { value, selected: value === 1 }, `${value}×`)),
  );
  root.append(
    back,
    toggle,
    on,
    element('span', { class: 'time' }, now, element('span', { 'aria-hidden': 'true' }, ' / '), total),
    element('span', { class: 'spring' }),
    loop,
    rate,
  );

  scope.on(back, 'click', () => store.ask('section', -1));
  scope.on(on, 'click', () => store.ask('section', 1));
  scope.on(toggle, 'click', () => store.ask('toggle', undefined));
  scope.on(loop, 'click', () => store.ask('loop', undefined));
  scope.on(rate, 'change', () => store.ask('rate', Number(rate.value)));

  store.watch(scope, ['time', 'report'], ({ time, report }) => {
    setText(now, clock(time));
    setText(total, clock(report?.duration ?? 0));
  });
  store.watch(scope, ['playing', 'playable'], ({ playing, playable }) => {
    setIcon(toggle, playing ? 'pause' : 'play');
    const words = playable === false ? 'This browser cannot play the file' : playing ? 'Pause' : 'Play';
    toggle.setAttribute('aria-label', words);
    toggle.title = `${words} (space)`;
    toggle.toggleAttribute('disabled', !playable);
    rate.disabled = !playable;
  });
  store.watch(scope, ['loop'], ({ loop: span }) => loop.setAttribute('aria-pressed', String(span !== null)));
}

/**
 * @param {string} icon
 * @param {string} words
 * @param {string} key
 */
function iconButton(icon, words, key) {
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
function setIcon(button, icon) {
  button.querySelector('path')?.setAttribute('d', ICONS[icon]);
}
