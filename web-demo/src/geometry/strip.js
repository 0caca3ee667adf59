/**
 * The moving close-up: (report, moment, width) → shapes.
 */

import { groupOf } from './overview.js';
import { barsOf, lastAtOrBefore, spanAt } from './position.js';
import { timeScale } from './timescale.js';
import { waveformOutline } from './waveform.js';

/** @import { Report } from '../report.js' */
/** @import { TimeScale } from './timescale.js' */

/** Where the cursor stands, as a share of the width: more is shown of what comes. */
export const CURSOR_AT = 0.3;

/** Room beside the song's start and end, as a share of the width. */
const MARGIN = 0.03;

/** Pixels that a bar takes at magnification 1: at most this, and room for so many bars. */
const BAR_WIDTH = 150;
const MIN_BARS = 3.2;

/** Length of a bar, in seconds, where there are none. */
const NOMINAL_BAR = 2.5;

/** Seconds that may be in view. */
const SPAN_LIMITS = [2, 90];

/**
 * Seconds in view: bars of a readable width.
 * @param {Report} report
 * @param {number} width
 * @param {number} zoom
 */
export function stripSpan(report, width, zoom) {
  const { downbeats } = report;
  const bar = downbeats.length > 1 ? (downbeats[downbeats.length - 1] - downbeats[0]) / (downbeats.length - 1) : NOMINAL_BAR;
  const bars = Math.max(width / BAR_WIDTH, MIN_BARS);
  const span = (bar * bars) / zoom;
  return Math.min(Math.max(span, SPAN_LIMITS[0]), SPAN_LIMITS[1]);
}

/**
 * The scale in which the cursor stands still and the song moves under it; only at the song's start
 * and end it is the cursor that moves.
 * @param {number} time
 * @param {number} span
 * @param {number} width
 * @param {number} duration
 */
export function scrollingScale(time, span, width, duration) {
  const earliest = -MARGIN * span;
  const latest = duration - (1 - MARGIN) * span;
  const start = Math.max(earliest, Math.min(time - CURSOR_AT * span, latest));
  return timeScale(start, start + span, width);
}

/**
 * The scale in which the cursor moves over still pages, for those who want no motion.
 * @param {number} time
 * @param {number} span
 * @param {number} width
 */
export function pagedScale(time, span, width) {
  // A tenth of the page before is still in view, for context.
  const page = span * 0.9;
  const start = Math.floor(time / page) * page - span * 0.05;
  return timeScale(start, start + span, width);
}

/**
 * @typedef {object} StripShapes
 * @property {{ x: number, width: number, name: string, letter: string, group: number }[]} sections
 * @property {{ x: number, width: number, name: string, roman: string, sounds: boolean, none: boolean, doubtful: boolean }[]} chords
 * @property {{ x: number, downbeat: boolean }[]} beats
 * @property {{ x: number, number: number }[]} bars numbered from 1
 * @property {{ x: number, rms: number }[]} outline
 * @property {number} group of the section at the moment, −1 for none
 */

/** Chords below this confidence are drawn as doubtful. */
const DOUBTFUL = 0.4;

/**
 * A maker of shapes in view; its lists are made once a report.
 * @param {Report} report
 * @returns {(scale: TimeScale, time: number) => StripShapes} of the view and the moment
 */
export function stripShaper(report) {
  const beatTimes = report.beats.map((beat) => beat.time);
  const bars = barsOf(report);
  const barStarts = bars.map((bar) => bar.start);

  return (scale, time) => {
    const { start, end } = scale;
    const here = report.sections[spanAt(report.sections, time)];
    return {
      sections: inView(report.sections, start, end).map((span) => ({
        ...placed(span, scale),
        name: span.name,
        letter: span.group,
        group: groupOf(span),
      })),
      chords: inView(report.chords, start, end).map((span) => ({
        ...placed(span, scale),
        name: span.name,
        roman: span.roman ?? '',
        sounds: span.start <= time && time < span.end,
        none: span.label === 'N',
        doubtful: span.confidence < DOUBTFUL,
      })),
      beats: indicesIn(beatTimes, start, end).map((i) => ({
        x: scale.x(beatTimes[i]),
        downbeat: report.beats[i].position === 1,
      })),
      bars: indicesIn(barStarts, start, end).map((i) => ({ x: scale.x(barStarts[i]), number: i + 1 })),
      outline: waveformOutline(report.waveform, scale),
      group: here ? groupOf(here) : -1,
    };
  };
}

/**
 * @param {{ start: number, end: number }} span
 * @param {TimeScale} scale
 */
const placed = ({ start, end }, scale) => ({ x: scale.x(start), width: scale.x(end) - scale.x(start) });

/**
 * The spans that overlap `[start, end]`. O(log n + hits).
 * @template {{ start: number, end: number }} T
 * @param {readonly T[]} spans in order, without overlap
 * @param {number} start
 * @param {number} end
 */
function inView(spans, start, end) {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle].end <= start) low = middle + 1;
    else high = middle;
  }
  const hits = [];
  for (let index = low; index < spans.length && spans[index].start < end; index += 1) {
    hits.push(spans[index]);
  }
  return hits;
}

/**
 * @param {readonly number[]} times
 * @param {number} start
 * @param {number} end
 */
function indicesIn(times, start, end) {
  const before = lastAtOrBefore(times, start);
  const first = times[before] === start ? before : before + 1;
  const last = lastAtOrBefore(times, end);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
}
