/**
 * Canvases that are sharp on every screen, in the colours of the style sheet.
 */

import { element } from './element.js';

/** @import { Scope } from '../scope.js' */

/** Number of group colours in style.css; later groups use them again. */
export const GROUP_COLOURS = 24;

/**
 * The `data-group` value of a group in style.css.
 * @param {number} group from 0; negative for silence
 */
export const groupName = (group) => (group < 0 ? 'none' : String(group % GROUP_COLOURS));

/**
 * @typedef {object} Palette
 * @property {(group: number) => { wave: string, fill: string, ink: string }} group
 * @property {(name: string) => string} colour a custom property without its dashes
 * @property {string} font family
 */

/**
 * Reads the colours now and whenever light and dark change.
 * @param {HTMLElement} root
 * @param {Scope} scope
 * @param {(palette: Palette) => void} tell
 * @returns {() => void} reads them again, when a style sheet has come
 */
export function watchPalette(root, scope, tell) {
  const probes = new Map(
    ['none', ...Array(GROUP_COLOURS).keys()].map((name) => {
      const probe = element('i', { 'data-group': name, hidden: true });
      root.append(probe);
      scope.own(() => probe.remove());
      return [String(name), probe];
    }),
  );
  const read = () => {
    const own = getComputedStyle(root);
    const colours = new Map(
      [...probes].map(([name, probe]) => {
        const style = getComputedStyle(probe);
        /** @param {string} part */
        const value = (part) => style.getPropertyValue(`--${part}`).trim();
        return [name, { wave: value('wave'), fill: value('fill'), ink: value('ink-on') }];
      }),
    );
    tell({
      group: (group) => /** @type {any} */ (colours.get(groupName(group))),
      colour: (name) => own.getPropertyValue(`--${name}`).trim(),
      font: own.fontFamily,
    });
  };
  scope.watchMedia('(prefers-color-scheme: dark)', read);
  return read;
}

/**
 * Sizes a canvas for the screen's pixels and clears it.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width in CSS pixels
 * @param {number} height in CSS pixels
 * @returns {CanvasRenderingContext2D} in CSS pixels
 */
export function freshContext(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
    canvas.style.height = `${height}px`;
  }
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/**
 * A filled box with rounded corners.
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 * @param {number} radius
 */
export function fillBox(context, x, y, width, height, radius) {
  if (width <= 0) return;
  context.beginPath();
  context.roundRect(x, y, width, height, Math.min(radius, width / 2, height / 2));
  context.fill();
}
