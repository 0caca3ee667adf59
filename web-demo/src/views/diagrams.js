/**
 * How a chord is held, drawn from its tones: strings and frets, or keys.
 */

import { shapeOf } from '../geometry/fretboard.js';
import { pitchOf, readChord } from '../theory.js';

const SVG = 'http://www.w3.org/2000/svg';

/** @param {string} tag @param {Record<string, string | number>} attributes @param {string} [text] */
function shape(tag, attributes, text) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  if (text) made.textContent = text;
  return made;
}

/**
 * @param {string} name
 * @param {string} instrument guitar, ukulele or piano
 * @returns {SVGElement}
 */
export function diagram(name, instrument) {
  const chord = readChord(name);
  if (!chord || chord === 'none') return picture([], 60, 60, `no diagram for ${name}`);
  const root = pitchOf(chord.root);
  const bass = pitchOf(chord.bass || chord.root);
  if (instrument === 'piano') return keyboard(name, root, chord.quality.tones, bass);
  return fretboard(name, instrument === 'ukulele' ? 'ukulele' : 'guitar', root, chord.quality.tones, bass);
}

/** @param {Element[]} shapes @param {number} width @param {number} height @param {string} words */
function picture(shapes, width, height, words) {
  const svg = /** @type {SVGElement} */ (shape('svg', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': words }));
  svg.append(...shapes);
  return svg;
}

const FRETS = 4;

/** @param {string} name @param {'guitar' | 'ukulele'} instrument @param {number} root @param {number[]} tones @param {number} bass */
function fretboard(name, instrument, root, tones, bass) {
  const held = shapeOf(instrument, root, tones, bass);
  if (!held) return picture([], 60, 60, `no shape for ${name}`);
  const { frets, barre } = held;
  const highest = Math.max(...frets);
  const base = highest <= FRETS ? 1 : Math.min(...frets.filter((fret) => fret > 0));
  const [left, top, gap, high] = [14, 16, 11, 13];
  const width = left + gap * (frets.length - 1) + 18;
  const x = (/** @type {number} */ string) => left + gap * string;
  const y = (/** @type {number} */ fret) => top + high * (fret - base + 0.5);
  const shapes = [];
  for (let i = 0; i <= FRETS; i += 1) shapes.push(shape('line', { class: i === 0 && base === 1 ? 'nut' : 'fret', x1: left, x2: x(frets.length - 1), y1: top + high * i, y2: top + high * i }));
  frets.forEach((fret, string) => {
    shapes.push(shape('line', { class: 'string', x1: x(string), x2: x(string), y1: top, y2: top + high * FRETS }));
    if (fret > 0) shapes.push(shape('circle', { class: 'finger', cx: x(string), cy: y(fret), r: 4 }));
    else shapes.push(shape('text', { class: 'mark', x: x(string), y: top - 5 }, fret === 0 ? '○' : '×'));
  });
  if (barre) {
    const pressed = frets.flatMap((fret, string) => (fret === barre ? [string] : []));
    shapes.push(shape('line', { class: 'barre', x1: x(pressed[0]), x2: x(/** @type {number} */ (pressed.at(-1))), y1: y(barre), y2: y(barre) }));
  }
  if (base > 1) shapes.push(shape('text', { class: 'mark', x: x(frets.length - 1) + 10, y: y(base) + 3 }, String(base)));
  const spoken = frets.map((fret) => (fret < 0 ? 'mute' : fret === 0 ? 'open' : fret)).join(', ');
  return picture(shapes, width, top + high * FRETS + 6, `${name} on the ${instrument}: ${spoken}`);
}

const WHITE = [0, 2, 4, 5, 7, 9, 11];

/** Two octaves from C; the bass in the lower one. @param {string} name @param {number} root @param {number[]} tones @param {number} bass */
function keyboard(name, root, tones, bass) {
  const above = (/** @type {number} */ pitch) => (pitch > bass ? pitch : pitch + 12);
  const pressed = new Set([bass, ...tones.map((tone) => (root + tone) % 12).filter((pitch) => pitch !== bass).map(above)]);
  const [w, h] = [9, 44];
  /** @type {Element[]} */
  const white = [];
  /** @type {Element[]} */
  const black = [];
  for (let octave = 0; octave < 2; octave += 1) {
    WHITE.forEach((pitch, i) => {
      const key = pitch + 12 * octave;
      const x = 1 + w * (i + 7 * octave);
      white.push(shape('rect', { class: pressed.has(key) ? 'key pressed' : 'key', x, y: 1, width: w, height: h, rx: 1 }));
      if ([0, 2, 5, 7, 9].includes(pitch)) {
        black.push(shape('rect', { class: pressed.has(key + 1) ? 'key black pressed' : 'key black', x: x + w * 0.68, y: 1, width: w * 0.62, height: h * 0.6, rx: 1 }));
      }
    });
  }
  return picture([...white, ...black], 2 + 14 * w, h + 2, `${name} on the piano`);
}
