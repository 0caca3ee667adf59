/**
 * The whole song: section names, waveform in the sections' colours, keys, a time axis; a cursor to
 * drag. Painted once a size; only the cursor moves.
 */

import { fittingName } from '../geometry/fit.js';
import { overviewShapes } from '../geometry/overview.js';
import { spanAt } from '../geometry/position.js';
import { clock, withAccidentals } from '../words.js';
import { fillBox, freshContext, watchPalette } from './canvas.js';
import { element } from './element.js';

/** @import { OverviewShapes } from '../geometry/overview.js' */
/** @import { Scope } from '../scope.js' */
/** @import { Store } from '../state.js' */
/** @import { Palette } from './canvas.js' */

/** Rows in CSS pixels: top and height. */
const ROWS = {
  sections: { y: 0, h: 34 },
  wave: { y: 44, h: 116 },
  keys: { y: 170, h: 22 },
  axis: { y: 200, h: 16 },
};
/** Height of the mark where a phrase starts inside a section. */
const PHRASE_MARK = 8;
const HEIGHT = ROWS.axis.y + ROWS.axis.h;

/**
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Scope} scope
 */
export function overviewView(root, store, scope) {
  const canvas = element('canvas', { 'aria-hidden': 'true' });
  const cursor = element('div', { class: 'cursor', 'aria-hidden': 'true' });
  const spot = element('div', { class: 'spot', 'aria-hidden': 'true' });
  const ghost = element('div', { class: 'ghost', 'aria-hidden': 'true', hidden: true });
  const slider = element(
    'div',
    { class: 'overview', role: 'slider', tabindex: 0, 'aria-label': 'Position in the song', 'aria-valuemin': 0 },
    canvas,
    spot,
    ghost,
    cursor,
  );
  root.append(slider);

  /** @type {Palette | null} */
  let palette = null;
  /** @type {OverviewShapes | null} */
  let shapes = null;
  let width = 0;

  const paint = () => {
    const { report } = store.state;
    if (!report || !palette || width === 0) return;
    shapes = overviewShapes(report, width);
    paintShapes(freshContext(canvas, width, HEIGHT), shapes, palette);
    slider.setAttribute('aria-valuemax', String(Math.round(report.duration)));
    place();
  };
  const place = () => {
    const { report, time } = store.state;
    if (!report || !shapes) return;
    cursor.style.transform = `translateX(${shapes.scale.x(time)}px)`;
    const section = shapes.sections[spanAt(report.sections, time)];
    spot.hidden = !section;
    if (section) {
      spot.style.transform = `translateX(${section.x}px)`;
      spot.style.width = `${section.width}px`;
    }
  };
  watchPalette(root, scope, (read) => {
    palette = read;
    paint();
  });
  scope.watchWidth(slider, (to) => {
    width = to;
    paint();
  });
  store.watch(scope, ['report'], paint);
  store.watch(scope, ['time'], place);

  // Words for the position, once a second.
  let spoken = -1;
  store.watch(scope, ['time', 'report'], ({ time, report }) => {
    const second = Math.floor(time);
    if (!report || second === spoken) return;
    spoken = second;
    const section = report.sections[spanAt(report.sections, time)];
    const chord = report.chords[spanAt(report.chords, time)];
    const words = [
      `${clock(time)} of ${clock(report.duration)}`,
      section?.name,
      chord && chord.label !== 'N' && `chord ${withAccidentals(chord.name)}`,
    ];
    slider.setAttribute('aria-valuenow', String(second));
    slider.setAttribute('aria-valuetext', words.filter(Boolean).join(', '));
  });

  /**
   * Where a press would go.
   * @param {PointerEvent} event
   */
  const showGhost = ({ pointerType, clientX }) => {
    if (!shapes || pointerType !== 'mouse') return;
    const x = Math.min(Math.max(clientX - slider.getBoundingClientRect().left, 0), width);
    ghost.hidden = dragging;
    ghost.style.transform = `translateX(${x}px)`;
    ghost.dataset.time = clock(shapes.scale.time(x));
    ghost.classList.toggle('flipped', x > width - 60);
  };

  let dragging = false;
  /** @param {PointerEvent} event */
  const seek = (event) => {
    if (shapes) store.ask('seek', shapes.scale.time(event.clientX - slider.getBoundingClientRect().left));
  };
  scope.on(slider, 'pointerdown', (/** @type {PointerEvent} */ event) => {
    if (event.button !== 0) return;
    dragging = true;
    slider.setPointerCapture(event.pointerId);
    seek(event);
  });
  scope.on(slider, 'pointermove', (/** @type {PointerEvent} */ event) => {
    if (dragging) seek(event);
    showGhost(event);
  });
  scope.on(slider, 'pointerleave', () => (ghost.hidden = true));
  for (const type of ['pointerup', 'pointercancel']) scope.on(slider, type, () => (dragging = false));
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {OverviewShapes} shapes
 * @param {Palette} palette
 */
function paintShapes(context, shapes, palette) {
  const { sections, wave, keys, axis } = ROWS;
  context.textBaseline = 'middle';
  context.textAlign = 'left';

  context.fillStyle = palette.colour('line');
  for (const x of shapes.barLines) context.fillRect(Math.round(x), wave.y + wave.h - 5, 1, 5);

  for (const { x, width, letter, group, ...section } of shapes.sections) {
    const { fill, ink } = palette.group(group);
    context.fillStyle = fill;
    fillBox(context, x + 1, sections.y, width - 2, sections.h, 7);
    context.fillStyle = ink;
    context.font = `600 13px ${palette.font}`;
    const name = fittingName(section, width - (width < 40 ? 8 : 16), (text) => context.measureText(text).width);
    const nameWidth = context.measureText(name).width;
    const margin = width < 40 ? (width - nameWidth) / 2 : 9;
    if (name) context.fillText(name, x + margin, sections.y + sections.h / 2 + 1);
    context.font = `500 11px ${palette.font}`;
    const letterWidth = context.measureText(letter).width;
    if (name && width > nameWidth + letterWidth + 26) {
      context.globalAlpha = 0.75;
      context.fillText(letter, x + width - letterWidth - 9, sections.y + sections.h / 2 + 1);
      context.globalAlpha = 1;
    }
  }

  context.globalAlpha = 0.4;
  for (const { x, group } of shapes.phrases) {
    context.fillStyle = palette.group(group).ink;
    context.fillRect(Math.round(x), sections.y + sections.h - PHRASE_MARK, 1, PHRASE_MARK);
  }
  context.globalAlpha = 1;

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

  context.strokeStyle = palette.colour('ink-soft');
  context.lineWidth = 1;
  for (const { x, doubtful } of shapes.boundaries) {
    context.setLineDash(doubtful ? [2, 4] : []);
    context.globalAlpha = doubtful ? 0.6 : 0.5;
    context.beginPath();
    context.moveTo(Math.round(x) + 0.5, wave.y - 4);
    context.lineTo(Math.round(x) + 0.5, wave.y + wave.h + 4);
    context.stroke();
  }
  context.setLineDash([]);
  context.globalAlpha = 1;

  for (const { x, width, key } of shapes.keys) {
    context.fillStyle = palette.colour('lane');
    fillBox(context, x + 1, keys.y, width - 2, keys.h, 6);
    context.fillStyle = palette.colour('ink-soft');
    context.font = `500 12px ${palette.font}`;
    const words = [withAccidentals(key), shortKey(key)].find((form) => context.measureText(form).width <= width - 16);
    if (words) context.fillText(words, x + 9, keys.y + keys.h / 2 + 1);
  }

  context.fillStyle = palette.colour('ink-faint');
  context.font = `11px ${palette.font}`;
  for (const { x, time } of shapes.axis) {
    const words = clock(time);
    const half = context.measureText(words).width / 2;
    const at = Math.min(Math.max(x - half, 0), shapes.scale.width - 2 * half);
    context.fillText(words, at, axis.y + axis.h / 2);
  }
}

/**
 * `F♯m` for `F# minor`.
 * @param {string} key
 */
const shortKey = (key) => withAccidentals(key).replace(/ major$/, '').replace(/ minor$/, 'm');
