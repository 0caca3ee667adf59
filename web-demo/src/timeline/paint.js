/**
 * Paints the timeline's shapes.
 */

import { fittingName, letterPlace } from '../geometry/fit.js';
import { clock, withAccidentals } from '../words.js';
import { fillBox } from '../views/canvas.js';

/** @import { Lanes } from '../geometry/lanes.js' */
/** @import { OverviewShapes } from '../geometry/overview.js' */
/** @import { Palette } from '../views/canvas.js' */

/** Height of the mark where a phrase starts inside a section. */
const PHRASE_MARK = 8;

/** How far the name is above the middle of its box, and the letter below it, where one is under the other. */
const LETTER_BELOW = 6;

/** How much is left of what is not lit up. */
const DIMMED = 0.35;

/**
 * @param {CanvasRenderingContext2D} context
 * @param {OverviewShapes} shapes
 * @param {Lanes} lanes
 * @param {Palette} palette
 * @param {Set<number> | null} lit sections that are lit up; null for no difference
 */
export function paintOverview(context, shapes, lanes, palette, lit) {
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  paintSections(context, shapes, lanes, palette, lit);
  paintWave(context, shapes, lanes, palette);
  paintBoundaries(context, shapes, lanes, palette);
  paintChords(context, shapes, lanes, palette);
  paintKeys(context, shapes, lanes, palette);
  paintTempo(context, shapes, lanes, palette);

  context.fillStyle = palette.colour('ink-faint');
  context.font = `11px ${palette.font}`;
  for (const { x, time } of shapes.axis) {
    const words = clock(time);
    const half = context.measureText(words).width / 2;
    const at = Math.min(Math.max(x - half, 0), shapes.scale.width - 2 * half);
    context.fillText(words, at, lanes.axis.y + lanes.axis.h / 2);
  }
}

/**
 * The whole form, small: what is in view is a part of it.
 * @param {CanvasRenderingContext2D} context
 * @param {readonly { x: number, width: number, group: number }[]} sections
 * @param {number} height
 * @param {Palette} palette
 */
export function paintMinimap(context, sections, height, palette) {
  for (const { x, width, group } of sections) {
    context.fillStyle = palette.group(group).fill;
    fillBox(context, x + 0.5, 4, Math.max(1, width - 1), height - 8, 3);
  }
}

/** @param {CanvasRenderingContext2D} context @param {OverviewShapes} shapes @param {Lanes} lanes @param {Palette} palette @param {Set<number> | null} lit */
function paintSections(context, shapes, { sections }, palette, lit) {
  const total = shapes.scale.width;
  for (const { index, x, width, letter, group, unsure, ...section } of shapes.sections) {
    const { fill, ink } = palette.group(group);
    context.globalAlpha = lit && !lit.has(index) ? DIMMED : 1;
    context.fillStyle = fill;
    fillBox(context, x + 1, sections.y, width - 2, sections.h, 7);
    context.fillStyle = ink;
    // What is seen of it holds the name.
    const [from, to] = [Math.max(x, 0), Math.min(x + width, total)];
    const room = to - from;
    context.font = `${unsure ? 'italic 500' : '600'} 13px ${palette.font}`;
    const measure = (/** @type {string} */ text) => context.measureText(text).width;
    const margin = room < 40 ? 3 : 9;
    const name = fittingName(section, room - 2 * margin + 2, measure);
    const words = unsure && name === section.name && measure(`${name}?`) <= room - 2 * margin ? `${name}?` : name;
    const middle = sections.y + sections.h / 2 + 1;
    const nameWidth = measure(words);
    const letterFont = `500 11px ${palette.font}`;
    const letterWidth = measured(context, letterFont, letter);
    // The letter tells what returns: where it does not fit beside the name it stands under it, and the smallest box has it alone.
    const place = letterPlace(room, nameWidth, letterWidth);
    const left = (/** @type {number} */ width) => (room < 40 ? from + (room - width) / 2 : from + margin);
    if (words) context.fillText(words, left(nameWidth), place === 'under' ? middle - LETTER_BELOW : middle);
    context.font = letterFont;
    if (place === 'beside') context.fillText(letter, to - letterWidth - 9, middle);
    else if (place === 'under') context.fillText(letter, left(letterWidth), middle + LETTER_BELOW + 1);
    else if (place === 'alone') context.fillText(letter, from + (room - letterWidth) / 2, middle);
  }
  context.globalAlpha = 0.4;
  for (const { x, group } of shapes.phrases) {
    context.fillStyle = palette.group(group).ink;
    context.fillRect(Math.round(x), sections.y + sections.h - PHRASE_MARK, 1, PHRASE_MARK);
  }
  context.globalAlpha = 1;
}

/** @param {CanvasRenderingContext2D} context @param {string} font @param {string} text */
function measured(context, font, text) {
  const before = context.font;
  context.font = font;
  const { width } = context.measureText(text);
  context.font = before;
  return width;
}

/** @param {CanvasRenderingContext2D} context @param {OverviewShapes} shapes @param {Lanes} lanes @param {Palette} palette */
function paintWave(context, shapes, { wave }, palette) {
  context.fillStyle = palette.colour('line');
  for (const x of shapes.beats) context.fillRect(Math.round(x), wave.y + wave.h - 4, 1, 4);
  context.fillStyle = palette.colour('line-strong');
  for (const x of shapes.barLines) context.fillRect(Math.round(x), wave.y + wave.h - 7, 1, 7);
  const middle = wave.y + wave.h / 2;
  for (const { x, peak, rms, group } of shapes.columns) {
    context.fillStyle = palette.group(group).wave;
    const tall = Math.max(1.5, peak * wave.h);
    const loud = Math.max(1.5, rms * wave.h);
    context.globalAlpha = 0.38;
    fillBox(context, x, middle - tall / 2, shapes.columnWidth, tall, 1);
    context.globalAlpha = 1;
    fillBox(context, x, middle - loud / 2, shapes.columnWidth, loud, 1);
  }
}

/** Sure borders are lines; doubtful ones are soft over the range that they may lie in. @param {CanvasRenderingContext2D} context @param {OverviewShapes} shapes @param {Lanes} lanes @param {Palette} palette */
function paintBoundaries(context, shapes, { wave }, palette) {
  const ink = palette.colour('ink-soft');
  for (const { x, doubtful, from, to } of shapes.boundaries) {
    if (doubtful) {
      const [left, right] = [Math.min(from, x - 5), Math.max(to, x + 5)];
      const soft = context.createLinearGradient(left, 0, right, 0);
      soft.addColorStop(0, 'transparent');
      soft.addColorStop((x - left) / (right - left), ink);
      soft.addColorStop(1, 'transparent');
      context.globalAlpha = 0.3;
      context.fillStyle = soft;
      context.fillRect(left, wave.y, right - left, wave.h);
    } else {
      context.globalAlpha = 0.55;
      context.fillStyle = ink;
      context.fillRect(Math.round(x), wave.y - 3, 1, wave.h + 6);
    }
  }
  context.globalAlpha = 1;
}

/** @param {CanvasRenderingContext2D} context @param {OverviewShapes} shapes @param {Lanes} lanes @param {Palette} palette */
function paintChords(context, shapes, { chords }, palette) {
  for (const { x, width, name, unsure, group } of shapes.chords) {
    context.fillStyle = palette.group(group).fill;
    context.globalAlpha = unsure ? 0.35 : 0.8;
    fillBox(context, x + 0.5, chords.y, width - 1, chords.h, 4);
    context.globalAlpha = 1;
    context.font = `${unsure ? 'italic 400' : '600'} 11.5px ${palette.font}`;
    context.fillStyle = palette.colour(unsure ? 'ink-soft' : 'ink');
    const words = withAccidentals(name);
    const from = Math.max(x, 0);
    if (context.measureText(words).width <= x + width - from - 5) context.fillText(words, from + 4, chords.y + chords.h / 2 + 1);
  }
}

/** @param {CanvasRenderingContext2D} context @param {OverviewShapes} shapes @param {Lanes} lanes @param {Palette} palette */
function paintKeys(context, shapes, { keys }, palette) {
  for (const { x, width, key } of shapes.keys) {
    context.fillStyle = palette.colour('lane');
    fillBox(context, x + 1, keys.y, width - 2, keys.h, 6);
    context.fillStyle = palette.colour('ink-soft');
    context.font = `500 12px ${palette.font}`;
    const from = Math.max(x, 0);
    const words = [withAccidentals(key), shortKey(key)].find((form) => context.measureText(form).width <= x + width - from - 16);
    if (words) context.fillText(words, from + 9, keys.y + keys.h / 2 + 1);
  }
}

/** @param {CanvasRenderingContext2D} context @param {OverviewShapes} shapes @param {Lanes} lanes @param {Palette} palette */
function paintTempo(context, shapes, { tempo }, palette) {
  if (!tempo) return;
  context.fillStyle = palette.colour('line-strong');
  context.font = `11px ${palette.font}`;
  let free = 0;
  for (const { x, width, height } of shapes.tempi) context.fillRect(x, tempo.y + tempo.h - height * 10, width, 1.5);
  for (const { x, bpm } of shapes.tempi) {
    const words = String(Math.round(bpm));
    const at = Math.max(x, 0) + 2;
    if (at < free) continue;
    free = at + context.measureText(words).width + 8;
    context.fillStyle = palette.colour('ink-faint');
    context.fillText(words, at, tempo.y + 6);
  }
  free = Math.max(free, 0);
  for (const { x, value } of shapes.meters.length > 1 ? shapes.meters : []) {
    context.fillStyle = palette.colour('ink-soft');
    context.fillText(value, x + 30, tempo.y + 6);
  }
}

/**
 * `F♯m` for `F# minor`.
 * @param {string} key
 */
export const shortKey = (key) => withAccidentals(key).replace(/ major$/, '').replace(/ minor$/, 'm');
