/**
 * The close-up that moves with the music: sections, chords, beats and bars under a cursor. To be
 * dragged, and magnified with buttons, keys or a pinch.
 */

import { pagedScale, scrollingScale, stripShaper, stripSpan } from '../geometry/strip.js';
import { romanWithAccidentals, withAccidentals } from '../words.js';
import { fillBox, freshContext, watchPalette } from './canvas.js';
import { element } from './element.js';
import { iconButton } from './icons.js';

/** @import { StripShapes } from '../geometry/strip.js' */
/** @import { Scope } from '../scope.js' */
/** @import { Store } from '../state.js' */
/** @import { Palette } from './canvas.js' */

/** Rows in CSS pixels: top and height. */
const ROWS = {
  sections: { y: 0, h: 24 },
  chords: { y: 34, h: 62 },
  beats: { y: 104, h: 22 },
  wave: { y: 130, h: 44 },
};
const HEIGHT = ROWS.wave.y + ROWS.wave.h;

/**
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Scope} scope
 */
export function stripView(root, store, scope) {
  const canvas = element('canvas', { 'aria-hidden': 'true' });
  // Painting changes heights: what is measured has none.
  const ruler = element('div');
  const area = element('div', { class: 'strip-area' }, ruler, canvas);
  const zoomOut = element('button', { type: 'button', 'aria-label': 'Show more time in the close-up', title: 'Show more time (−)' }, '−');
  const zoomIn = element('button', { type: 'button', 'aria-label': 'Magnify the close-up', title: 'Magnify (+)' }, '+');
  const stand = iconButton('stand', 'Music stand', 'F');
  stand.id = 'stand-open';
  stand.setAttribute('aria-haspopup', 'dialog');
  root.append(area, element('div', { class: 'zoom' }, stand, zoomIn, zoomOut));

  /** @type {Palette | null} */
  let palette = null;
  /** @type {ReturnType<typeof stripShaper> | null} */
  let shapesOf = null;
  let width = 0;
  let still = false;

  const scaleNow = () => {
    const { sheet, time, zoom } = store.state;
    if (!sheet) return null;
    const span = stripSpan(sheet, width, zoom);
    return still ? pagedScale(time, span, width) : scrollingScale(time, span, width, sheet.duration);
  };
  const paint = () => {
    const scale = scaleNow();
    if (!scale || !shapesOf || !palette || width === 0) return;
    const { time } = store.state;
    paintShapes(freshContext(canvas, width, HEIGHT), shapesOf(scale, time), palette, width, scale.x(time));
  };

  watchPalette(root, scope, (read) => {
    palette = read;
    paint();
  });
  scope.watchMedia('(prefers-reduced-motion: reduce)', (matches) => {
    still = matches;
    paint();
  });
  scope.watchWidth(ruler, (to) => {
    width = to;
    paint();
  });
  store.watch(scope, ['sheet'], ({ sheet }) => (shapesOf = sheet ? stripShaper(sheet) : null));
  store.watch(scope, ['sheet', 'time', 'zoom'], paint);

  scope.on(zoomIn, 'click', () => store.ask('zoom', 1.25));
  scope.on(zoomOut, 'click', () => store.ask('zoom', 1 / 1.25));
  scope.on(
    area,
    'wheel',
    (/** @type {WheelEvent} */ event) => {
      const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
      if (!event.ctrlKey && !sideways) return;
      event.preventDefault();
      const scale = scaleNow();
      if (event.ctrlKey) store.ask('zoom', Math.exp(-event.deltaY * 0.01));
      else if (scale) store.ask('seek', store.state.time + event.deltaX / scale.pixelsPerSecond);
    },
    { passive: false },
  );

  /** @type {{ x: number, time: number, moved: boolean } | null} */
  let drag = null;
  scope.on(area, 'pointerdown', (/** @type {PointerEvent} */ event) => {
    if (event.button !== 0) return;
    drag = { x: event.clientX, time: store.state.time, moved: false };
    area.setPointerCapture(event.pointerId);
  });
  scope.on(area, 'pointermove', (/** @type {PointerEvent} */ event) => {
    const scale = scaleNow();
    if (!drag || !scale || still) return;
    const dx = event.clientX - drag.x;
    drag.moved ||= Math.abs(dx) > 4;
    if (drag.moved) store.ask('seek', drag.time - dx / scale.pixelsPerSecond);
  });
  scope.on(area, 'pointerup', (/** @type {PointerEvent} */ event) => {
    const scale = scaleNow();
    // A press without a move goes to what was pressed.
    if (drag && !drag.moved && scale) {
      store.ask('seek', scale.time(event.clientX - area.getBoundingClientRect().left));
    }
    drag = null;
  });
  scope.on(area, 'pointercancel', () => (drag = null));
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {StripShapes} shapes
 * @param {Palette} palette
 * @param {number} width
 * @param {number} cursor x of the moment
 */
function paintShapes(context, shapes, palette, width, cursor) {
  const { sections, chords, beats, wave } = ROWS;
  context.textBaseline = 'middle';
  context.textAlign = 'left';

  for (const { x, width: w, name, letter, group } of shapes.sections) {
    const { fill, ink } = palette.group(group);
    context.fillStyle = fill;
    fillBox(context, x + 1, sections.y, w - 2, sections.h, 6);
    context.fillStyle = ink;
    context.font = `600 12px ${palette.font}`;
    // The name stays in view as long as its section does.
    const words = `${name}  ${letter}`;
    const length = context.measureText(words).width;
    const at = Math.max(x + 9, 9);
    if (at + length + 8 <= x + w) context.fillText(words, at, sections.y + sections.h / 2 + 1);
  }

  const top = shapes.outline.length > 1 ? wave.y + wave.h : 0;
  if (top) {
    const { wave: colour } = palette.group(shapes.group);
    context.fillStyle = colour;
    context.globalAlpha = 0.5;
    context.beginPath();
    context.moveTo(shapes.outline[0].x, top);
    for (const { x, rms } of shapes.outline) context.lineTo(x, top - Math.max(1, rms * wave.h));
    context.lineTo(shapes.outline[shapes.outline.length - 1].x, top);
    context.fill();
    context.globalAlpha = 1;
  }

  for (const { x, downbeat } of shapes.beats) {
    context.fillStyle = palette.colour(downbeat ? 'line-strong' : 'line');
    if (downbeat) context.fillRect(Math.round(x), chords.y - 4, 1.5, HEIGHT - chords.y + 4);
    else context.fillRect(Math.round(x), beats.y, 1, HEIGHT - beats.y);
    context.beginPath();
    context.arc(x, beats.y + beats.h / 2, downbeat ? 3.5 : 2.5, 0, 2 * Math.PI);
    context.fill();
  }
  context.fillStyle = palette.colour('ink-faint');
  context.font = `11px ${palette.font}`;
  for (const { x, number } of shapes.bars) context.fillText(String(number), x + 7, beats.y + beats.h / 2 + 1);

  for (const { x, width: w, name, roman, sounds, none, doubtful } of shapes.chords) {
    const { fill, ink } = palette.group(shapes.group);
    context.fillStyle = sounds && !none ? fill : palette.colour(none ? 'lane' : 'chord');
    fillBox(context, x + 1.5, chords.y, w - 3, chords.h, 9);
    context.strokeStyle = palette.colour('line');
    if (!none && !sounds) {
      context.lineWidth = 1;
      context.setLineDash(doubtful ? [3, 3] : []);
      context.stroke();
      context.setLineDash([]);
    }
    if (none) continue;
    paintChord(context, palette, { x, width: w, name, roman, ink: sounds ? ink : palette.colour('ink') });
  }

  context.fillStyle = palette.colour('cursor');
  context.fillRect(cursor - 1, 0, 2, HEIGHT);
  fadeEdges(context, width);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Palette} palette
 * @param {{ x: number, width: number, name: string, roman: string, ink: string }} chord
 */
function paintChord(context, palette, { x, width, name, roman, ink }) {
  const { y, h } = ROWS.chords;
  const words = withAccidentals(name);
  const room = width - 14;
  const size = [20, 16, 13, 11].find((size) => {
    context.font = `600 ${size}px ${palette.font}`;
    return context.measureText(words).width <= room;
  });
  if (!size) return;
  const length = context.measureText(words).width;
  const at = Math.max(x + 10, Math.min(10, x + width - length - 10));
  context.fillStyle = ink;
  context.fillText(words, at, y + (roman ? h * 0.4 : h * 0.52));
  context.font = `12px ${palette.font}`;
  const numeral = romanWithAccidentals(roman);
  if (numeral && context.measureText(numeral).width <= room) {
    context.globalAlpha = 0.7;
    context.fillText(numeral, at, y + h * 0.74);
    context.globalAlpha = 1;
  }
}

/**
 * Lets the picture end softly on both sides.
 * @param {CanvasRenderingContext2D} context
 * @param {number} width
 */
function fadeEdges(context, width) {
  const edge = Math.min(28, width / 12);
  const gradient = context.createLinearGradient(0, 0, width, 0);
  gradient.addColorStop(0, 'rgb(0 0 0 / 0)');
  gradient.addColorStop(edge / width, 'rgb(0 0 0 / 1)');
  gradient.addColorStop(1 - edge / width, 'rgb(0 0 0 / 1)');
  gradient.addColorStop(1, 'rgb(0 0 0 / 0)');
  context.globalCompositeOperation = 'destination-in';
  context.fillStyle = gradient;
  context.fillRect(0, 0, width, HEIGHT);
  context.globalCompositeOperation = 'source-over';
}
