/**
 * The timeline: sections, waveform, chords, keys, tempo, of the whole song or of a part that is magnified.
 * Painted when what it shows changes; only the cursor moves.
 */

import { lanesOf } from '../geometry/lanes.js';
import { following, magnified, overviewShapes, panned } from '../geometry/overview.js';
import { spanAt } from '../geometry/position.js';
import { clock, withAccidentals } from '../words.js';
import { freshContext, watchPalette } from './canvas.js';
import { element } from './element.js';
import { paintOverview } from './overview-paint.js';
import { listenToTimeline } from './overview-pointer.js';

/** @import { Lanes } from '../geometry/lanes.js' */
/** @import { OverviewShapes } from '../geometry/overview.js' */
/** @import { Scope } from '../scope.js' */
/** @import { Store } from '../state.js' */
/** @import { Palette } from './canvas.js' */

/** Below this width, or where a screen is this low, lanes are lower. */
const COMPACT = '(max-width: 40rem), (max-height: 32rem)';

/**
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Scope} scope
 */
export function overviewView(root, store, scope) {
  const canvas = element('canvas', { 'aria-hidden': 'true' });
  const cursor = element('div', { class: 'cursor', 'aria-hidden': 'true' });
  const spot = element('div', { class: 'spot', 'aria-hidden': 'true' });
  const band = element('div', { class: 'loop-band', 'aria-hidden': 'true', hidden: true });
  const ghost = element('div', { class: 'ghost', 'aria-hidden': 'true', hidden: true });
  const slider = element(
    'div',
    { class: 'overview', role: 'slider', tabindex: 0, 'aria-label': 'Position in the song', 'aria-valuemin': 0 },
    canvas,
    band,
    spot,
    ghost,
    cursor,
  );
  const handle = element('div', { class: 'minimap-part' });
  const minimap = element('div', { class: 'minimap', 'aria-hidden': 'true' }, handle);
  root.append(slider, minimap);

  /** @type {Palette | null} */
  let palette = null;
  /** @type {OverviewShapes | null} */
  let shapes = null;
  /** @type {Lanes | null} */
  let lanes = null;
  let width = 0;
  let compact = false;

  const paint = () => {
    const { sheet, view, focus } = store.state;
    if (!sheet || !palette || width === 0) return;
    shapes = overviewShapes(sheet, width, view);
    lanes = lanesOf(sheet, compact, shapes.chords.length > 0);
    const lit = focus < 0 ? null : new Set([focus, ...(sheet.sections[focus]?.repeats ?? []).map(({ section }) => section)]);
    paintOverview(freshContext(canvas, width, lanes.height), shapes, lanes, palette, lit);
    slider.style.setProperty('--height', `${lanes.height}px`);
    slider.setAttribute('aria-valuemax', String(Math.round(sheet.duration)));
    minimap.classList.toggle('shown', view !== null);
    if (view) {
      handle.style.left = `${(100 * view.start) / sheet.duration}%`;
      handle.style.width = `${(100 * (view.end - view.start)) / sheet.duration}%`;
    }
    place();
  };
  const place = () => {
    const { sheet, time, loop, view } = store.state;
    if (!sheet || !shapes || !lanes) return;
    const { scale } = shapes;
    cursor.style.transform = `translateX(${scale.x(time)}px)`;
    cursor.hidden = time < scale.start || time > scale.end;
    const at = spanAt(sheet.sections, time);
    span(spot, sheet.sections[at]);
    span(band, loop);
    if (view && store.state.playing && (time < view.start || time >= view.end)) {
      store.set({ view: following(view, sheet.duration, time) });
    }
  };
  /** @param {HTMLElement} box @param {{ start: number, end: number } | null | undefined} of */
  const span = (box, of) => {
    box.hidden = !of || !shapes || of.end <= shapes.scale.start || of.start >= shapes.scale.end;
    if (box.hidden || !of || !shapes) return;
    const [from, to] = [of.start, of.end].map((time) => Math.min(Math.max(/** @type {OverviewShapes} */ (shapes).scale.x(time), 0), width));
    box.style.transform = `translateX(${from}px)`;
    box.style.width = `${Math.max(4, to - from)}px`;
  };
  watchPalette(root, scope, (read) => {
    palette = read;
    paint();
  });
  scope.watchMedia(COMPACT, (matches) => {
    compact = matches;
    paint();
  });
  scope.watchWidth(slider, (to) => {
    width = to;
    paint();
  });
  store.watch(scope, ['sheet', 'view', 'focus'], paint);
  store.watch(scope, ['time', 'loop'], place);
  store.watch(scope, ['editing'], ({ editing }) => slider.classList.toggle('editing', editing));
  store.answer('focus', (focus) => {
    if (store.state.focus !== focus) store.set({ focus });
  });
  store.answer('magnify', ({ factor, at }) => {
    const { view, report, time } = store.state;
    if (report) store.set({ view: magnified(view, report.duration, factor, at ?? time) });
  });
  store.answer('pan', (by) => {
    const { view, report } = store.state;
    if (report) store.set({ view: panned(view, report.duration, by) });
  });

  // Words for the position, once a second.
  let spoken = -1;
  store.watch(scope, ['time', 'sheet'], ({ time, sheet }) => {
    const second = Math.floor(time);
    if (!sheet || second === spoken) return;
    spoken = second;
    const section = sheet.sections[spanAt(sheet.sections, time)];
    const chord = sheet.chords[spanAt(sheet.chords, time)];
    const words = [
      `${clock(time)} of ${clock(sheet.duration)}`,
      section?.name,
      chord && chord.label !== 'N' && `chord ${withAccidentals(chord.name)}`,
    ];
    slider.setAttribute('aria-valuenow', String(second));
    slider.setAttribute('aria-valuetext', words.filter(Boolean).join(', '));
  });

  listenToTimeline({ slider, ghost, minimap }, store, scope, () => (shapes && lanes ? { shapes, lanes, width } : null));
}
