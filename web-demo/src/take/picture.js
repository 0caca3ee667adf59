/**
 * The structure as a picture: the timeline's shapes as SVG that needs nothing else.
 */

import { lanesOf } from '../geometry/lanes.js';
import { overviewShapes } from '../geometry/overview.js';
import { clock, withAccidentals } from '../words.js';

/** @import { Report } from '../report.js' */

const MARGIN = 24;
const HEAD = 64;
const FONT = 'system-ui, sans-serif';

/** Letters of `size` are about so wide. */
const wide = (/** @type {string} */ text, /** @type {number} */ size) => text.length * size * 0.58;

/** @param {string} text */
const escaped = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

/**
 * @param {Report} report
 * @param {string} title
 * @param {(group: number) => { wave: string, fill: string, ink: string }} colours
 * @param {number} [width]
 */
export function structurePicture(report, title, colours, width = 1200) {
  const inner = width - 2 * MARGIN;
  const lanes = lanesOf(report, false);
  const shapes = overviewShapes(report, inner);
  const height = HEAD + lanes.height + 2 * MARGIN;
  const text = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ size, /** @type {string} */ fill, /** @type {string} */ words, weight = 400) =>
    `<text x="${fixed(x)}" y="${fixed(y)}" font-size="${size}" font-weight="${weight}" fill="${fill}">${escaped(words)}</text>`;
  const box = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ w, /** @type {number} */ h, /** @type {number} */ r, /** @type {string} */ fill) =>
    w > 0 ? `<rect x="${fixed(x)}" y="${fixed(y)}" width="${fixed(w)}" height="${fixed(h)}" rx="${r}" fill="${fill}"/>` : '';
  const facts = [report.key && withAccidentals(report.key), report.tempo && `${Math.round(report.tempo)} BPM`, report.time_signature, clock(report.duration)];

  const parts = [
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    text(MARGIN, MARGIN + 22, 24, '#23252d', title, 650),
    text(MARGIN, MARGIN + 46, 14, '#5b5e6b', facts.filter(Boolean).join(' · ')),
    `<g transform="translate(${MARGIN} ${MARGIN + HEAD})">`,
    ...shapes.sections.flatMap(({ x, width: w, name, letter, group }) => {
      const { fill, ink } = colours(group);
      const words = [`${name} ${letter}`, name, letter].find((form) => wide(form, 13) < w - 12) ?? '';
      return [box(x + 1, lanes.sections.y, w - 2, lanes.sections.h, 7, fill), text(x + 8, lanes.sections.y + 22, 13, ink, words, 600)];
    }),
    ...shapes.columns.map(({ x, peak, group }) => {
      const h = Math.max(1.5, peak * lanes.wave.h);
      return box(x, lanes.wave.y + (lanes.wave.h - h) / 2, shapes.columnWidth, h, 1, colours(group).wave);
    }),
    ...shapes.chords.map(({ x, width: w, name }) => (wide(name, 11) < w - 4 ? text(x + 3, lanes.chords.y + 14, 11, '#23252d', withAccidentals(name), 600) : '')),
    ...shapes.keys.flatMap(({ x, width: w, key }) => [
      box(x + 1, lanes.keys.y, w - 2, lanes.keys.h, 6, '#f1eee8'),
      wide(key, 12) < w - 12 ? text(x + 9, lanes.keys.y + 14, 12, '#5b5e6b', withAccidentals(key)) : '',
    ]),
    ...shapes.axis.map(({ x, time }) => text(Math.min(x, inner - 28), lanes.axis.y + 12, 11, '#686b79', clock(time))),
    '</g>',
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="${FONT}">${parts.join('')}</svg>`;
}

/** @param {number} x */
const fixed = (x) => Math.round(x * 100) / 100;
