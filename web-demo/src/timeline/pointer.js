/**
 * Mouse, pen, fingers and wheel on the timeline: go somewhere, repeat bars, magnify, move a border.
 */

import { barsOf } from '../geometry/position.js';
import { barsLoop } from '../playback/loops.js';
import { clock, percent } from '../words.js';

/** @import { Report } from '../report.js' */
/** @import { Scope } from '../scope.js' */
/** @import { SectionistTimeline } from './element.js' */

/** A finger that moved less than this many pixels has tapped. */
const TAP = 8;

/** A border is caught from so many pixels away. */
const CATCH = { mouse: 7, touch: 16 };

/**
 * @param {{ stage: HTMLElement, ghost: HTMLElement, minimap: HTMLElement }} parts
 * @param {SectionistTimeline} timeline
 * @param {Scope} scope
 */
export function listenToTimeline({ stage, ghost, minimap }, timeline, scope) {
  /** @typedef {{ edit: 'move_boundary' | 'move_key', from: number }} Border */
  /** @typedef {{ x: number, y: number, kind: 'wait' | 'seek' | 'bars' | 'border', border: Border | null, from: number }} Drag */
  /** @type {Drag | null} */
  let drag = null;
  /** @type {Map<number, number>} x of each finger */
  const fingers = new Map();
  let apart = 0;

  /** @param {MouseEvent} event */
  const place = ({ clientX, clientY }) => {
    const box = stage.getBoundingClientRect();
    return { x: clientX - box.left, y: clientY - box.top };
  };
  /** @param {number} x */
  const timeAt = (x) => timeline.painted?.shapes.scale.time(x) ?? 0;

  /** @param {number} y */
  const inKeys = (y) => {
    const keys = timeline.painted?.lanes.keys;
    return keys !== undefined && y >= keys.y && y <= keys.y + keys.h;
  };
  /**
   * What the pointer can take here: the start of a section, or in the lane of keys a change of key.
   * @param {number} x @param {number} y @param {string} pointer
   * @returns {Border | null}
   */
  const borderAt = (x, y, pointer) => {
    const { painted, report, editing } = timeline;
    if (!editing || !painted || !report) return null;
    const reach = pointer === 'touch' ? CATCH.touch : CATCH.mouse;
    const spans = inKeys(y) ? report.keys : report.sections;
    const taken = spans.slice(1).find(({ start }) => Math.abs(painted.shapes.scale.x(start) - x) <= reach);
    return taken ? { edit: inKeys(y) ? 'move_key' : 'move_boundary', from: taken.start } : null;
  };

  scope.on(stage, 'pointerdown', (/** @type {PointerEvent} */ event) => {
    if (event.button !== 0) return;
    fingers.set(event.pointerId, event.clientX);
    if (fingers.size === 2) {
      drag = null;
      apart = spread();
      return;
    }
    const { x, y } = place(event);
    const border = borderAt(x, y, event.pointerType);
    const kind = border ? 'border' : event.shiftKey ? 'bars' : event.pointerType === 'touch' ? 'wait' : 'seek';
    drag = { x, y, kind, border, from: timeAt(x) };
    if (kind !== 'wait') stage.setPointerCapture(event.pointerId);
    if (kind === 'seek') timeline.seek(timeAt(x));
  });
  const spread = () => {
    const [a, b] = fingers.values();
    return Math.max(20, Math.abs(a - b));
  };

  scope.on(stage, 'pointermove', (/** @type {PointerEvent} */ event) => {
    const { x, y } = place(event);
    if (fingers.has(event.pointerId)) fingers.set(event.pointerId, event.clientX);
    if (fingers.size === 2) {
      const now = spread();
      const [a, b] = [...fingers.values()].map((finger) => finger - stage.getBoundingClientRect().left);
      timeline.magnify(now / apart, timeAt((a + b) / 2));
      apart = now;
      return;
    }
    if (drag) {
      const { report } = timeline;
      // A finger that goes sideways means the song; one that goes up or down, the page.
      if (drag.kind === 'wait' && Math.abs(x - drag.x) > TAP && Math.abs(x - drag.x) > 1.5 * Math.abs(y - drag.y)) {
        drag.kind = 'seek';
        stage.setPointerCapture(event.pointerId);
      }
      if (drag.kind === 'seek') timeline.seek(timeAt(x));
      else if (drag.kind === 'bars' && report) timeline.repeat(barsLoop(report, drag.from, timeAt(x)));
      else if (drag.kind === 'border' && report) guide(snapped(report, timeAt(x), event.altKey), drag.border?.edit === 'move_key' ? 'Key from' : 'Border');
      return;
    }
    hover(event, x, y);
  });

  /** Shows where a border would go. @param {number} time @param {string} words */
  const guide = (time, words) => {
    ghost.hidden = false;
    const x = timeline.painted?.shapes.scale.x(time) ?? 0;
    ghost.style.transform = `translateX(${x}px)`;
    ghost.dataset.time = `${words} ${clock(time)}`;
    ghost.classList.toggle('flipped', x > (timeline.painted?.width ?? 0) - 180);
  };

  /** What is under the pointer: the time, and the second reading of what is doubtful. @param {PointerEvent} event @param {number} x @param {number} y */
  const hover = ({ pointerType }, x, y) => {
    const now = timeline.painted;
    const { report } = timeline;
    if (!now || !report || pointerType !== 'mouse') return;
    const time = timeAt(Math.min(Math.max(x, 0), now.width));
    const index = report.sections.findIndex((section) => time >= section.start && time < section.end);
    const inLane = y <= now.lanes.sections.y + now.lanes.sections.h;
    timeline.light(inLane ? index : -1);
    stage.style.cursor = borderAt(x, y, pointerType) ? 'ew-resize' : '';
    guide(time, inLane && index >= 0 ? `${reading(report, index)} ·` : '');
  };

  scope.on(stage, 'pointerleave', () => {
    ghost.hidden = true;
    timeline.light(-1);
  });

  /** @param {PointerEvent} event */
  const end = (event) => {
    fingers.delete(event.pointerId);
    const { report } = timeline;
    const { x } = place(event);
    if (drag?.kind === 'wait' && event.type === 'pointerup') timeline.seek(timeAt(x));
    if (drag?.border && report && event.type === 'pointerup' && Math.abs(x - drag.x) > 2) {
      timeline.edit({ ...drag.border, to: snapped(report, timeAt(x), event.altKey) });
    }
    if (drag?.kind === 'bars' && report && event.type === 'pointerup') timeline.repeat(barsLoop(report, drag.from, timeAt(x)));
    drag = null;
    ghost.hidden = true;
  };
  scope.on(stage, 'pointerup', end);
  scope.on(stage, 'pointercancel', end);

  scope.on(stage, 'dblclick', (/** @type {MouseEvent} */ event) => {
    const { report, editing } = timeline;
    const { x, y } = place(event);
    if (editing && report && !inKeys(y)) timeline.edit({ edit: 'add_boundary', at: snapped(report, timeAt(x), event.altKey) });
  });
  scope.on(
    stage,
    'wheel',
    (/** @type {WheelEvent} */ event) => {
      const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
      // A plain wheel scrolls the page, as everywhere.
      if (!event.ctrlKey && !event.altKey && !sideways) return;
      event.preventDefault();
      if (sideways) timeline.pan(event.deltaX / stage.clientWidth);
      else timeline.magnify(Math.exp(-event.deltaY * 0.01), timeAt(place(event).x));
    },
    { passive: false },
  );

  /** @param {PointerEvent} event */
  const panTo = (event) => {
    const { view, report } = timeline;
    const box = minimap.getBoundingClientRect();
    if (!view || !report) return;
    const span = view.end - view.start;
    const middle = ((event.clientX - box.left) / box.width) * report.duration;
    timeline.pan((middle - span / 2 - view.start) / span);
  };
  scope.on(minimap, 'pointerdown', (/** @type {PointerEvent} */ event) => {
    minimap.setPointerCapture(event.pointerId);
    panTo(event);
  });
  scope.on(minimap, 'pointermove', (/** @type {PointerEvent} */ event) => {
    if (event.buttons > 0) panTo(event);
  });
}

/**
 * The nearest bar line; the time itself where that was asked for or there are no bars.
 * @param {Report} report
 * @param {number} time
 * @param {boolean} free
 */
export function snapped(report, time, free) {
  const exact = Math.round(time * 1000) / 1000;
  const bars = barsOf(report);
  if (free || bars.length === 0) return exact;
  return bars.reduce((best, { start }) => (Math.abs(start - time) < Math.abs(best - time) ? start : best), bars[0].start);
}

/**
 * `Verse 2 (or chorus 21 %)`.
 * @param {Report} report
 * @param {number} index
 */
function reading({ sections }, index) {
  const { name, alternatives } = sections[index];
  const second = alternatives.find(({ confidence }) => confidence >= 0.1);
  return second ? `${name} (or ${second.label} ${percent(second.confidence)})` : name;
}
