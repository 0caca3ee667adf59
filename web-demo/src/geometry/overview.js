/**
 * The song, or a part of it, at a glance: (report, width, view) → shapes.
 */

import { spanAt } from './position.js';
import { axisMarks, timeScale } from './timescale.js';
import { waveformColumns } from './waveform.js';

/** @import { Report } from '../report.js' */

/** Pixels from one waveform column to the next, one of them a gap. */
const COLUMN_PITCH = 3;

/** Bar lines and beats closer than this many pixels would be a smear. */
const MIN_BAR_WIDTH = 7;

/** Chords narrower than this on the whole would be one too. */
const MIN_CHORD_WIDTH = 9;

/** Boundaries below this confidence are drawn as doubtful. */
const DOUBTFUL = 0.5;

/** Chords and functions below this confidence are written as doubtful. */
export const UNSURE = 0.4;

/** Shortest time that can be in view, in seconds: about a beat. */
const SHORTEST_VIEW = 0.8;

/**
 * Group letters as numbers from 0, `AA` after `Z`; −1 for silence.
 * @param {{ group: string, label: string }} section
 */
export function groupOf({ group, label }) {
  if (label === 'silence') return -1;
  if (!/^[A-Z]{1,3}$/.test(group)) return 0;
  return [...group].reduce((number, letter) => number * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

/**
 * @typedef {object} OverviewShapes
 * @property {import('./timescale.js').TimeScale} scale
 * @property {{ index: number, x: number, width: number, name: string, label: string, letter: string, group: number, unsure: boolean }[]} sections
 * @property {{ index: number, x: number, doubtful: boolean, from: number, to: number }[]} boundaries inner ones only,
 *   named by the section that starts there; `from` and `to` are the edges of the plausible range
 * @property {{ x: number, group: number }[]} phrases where phrases start inside sections
 * @property {{ x: number, peak: number, rms: number, group: number }[]} columns heights in [0, 1]
 * @property {number} columnWidth
 * @property {number[]} barLines
 * @property {number[]} beats the beats between them
 * @property {{ x: number, width: number, name: string, unsure: boolean, group: number }[]} chords
 * @property {{ x: number, width: number, key: string }[]} keys
 * @property {{ x: number, width: number, bpm: number, height: number }[]} tempi heights in [0, 1], the fastest 1
 * @property {{ x: number, value: string }[]} meters where they start
 * @property {{ time: number, x: number }[]} axis
 */

/**
 * @param {Report} report
 * @param {number} width
 * @param {{ start: number, end: number } | null} [view] all without it
 * @returns {OverviewShapes}
 */
export function overviewShapes(report, width, view = null) {
  const { start, end } = view ?? { start: 0, end: report.duration };
  const scale = timeScale(start, end, width);
  const { sections } = report;
  /** @param {{ start: number, end: number }} span */
  const place = (span) => ({ x: scale.x(span.start), width: scale.x(span.end) - scale.x(span.start) });
  /** @param {{ start: number, end: number }} span */
  const seen = (span) => span.end > start && span.start < end;
  /** @param {number} time */
  const within = (time) => time >= start && time <= end;
  const perBar = (report.duration * scale.pixelsPerSecond) / Math.max(1, report.downbeats.length);
  const perBeat = (report.duration * scale.pixelsPerSecond) / Math.max(1, report.beats.length);
  const perChord = (report.duration * scale.pixelsPerSecond) / Math.max(1, report.chords.length);
  const groupAt = (/** @type {number} */ time) => {
    const index = spanAt(sections, time);
    return index < 0 ? (sections.length > 0 ? -1 : 0) : groupOf(sections[index]);
  };
  const speeds = report.tempo_curve.map(({ bpm }) => bpm);
  const [slowest, fastest] = [Math.min(...speeds), Math.max(...speeds)];

  return {
    scale,
    sections: sections.flatMap((section, index) =>
      seen(section)
        ? [{ index, ...place(section), name: section.name, label: section.label, letter: section.group, group: groupOf(section), unsure: section.confidence < UNSURE }]
        : [],
    ),
    boundaries: sections.flatMap(({ start: at, boundary }, index) =>
      index > 0 && within(at)
        ? [{ index, x: scale.x(at), doubtful: boundary.confidence < DOUBTFUL, from: scale.x(boundary.earliest), to: scale.x(boundary.latest) }]
        : [],
    ),
    phrases: sections.flatMap((section) =>
      section.phrases.slice(1).flatMap((phrase) => (within(phrase.start) ? [{ x: scale.x(phrase.start), group: groupOf(section) }] : [])),
    ),
    columns: waveformColumns(report.waveform, scale, COLUMN_PITCH).map(({ x, time, peak, rms }) => ({ x, peak, rms, group: groupAt(time) })),
    columnWidth: COLUMN_PITCH - 1,
    barLines: perBar >= MIN_BAR_WIDTH ? report.downbeats.filter(within).map(scale.x) : [],
    beats: perBeat >= 2 * MIN_BAR_WIDTH ? report.beats.flatMap(({ time, position }) => (position !== 1 && within(time) ? [scale.x(time)] : [])) : [],
    chords: perChord < MIN_CHORD_WIDTH
      ? []
      : report.chords.flatMap((chord) =>
          chord.label !== 'N' && seen(chord)
            ? [{ ...place(chord), name: chord.name, unsure: chord.confidence < UNSURE, group: groupAt((chord.start + chord.end) / 2) }]
            : [],
        ),
    keys: report.keys.filter(seen).map((span) => ({ ...place(span), key: span.key })),
    tempi: report.tempo_curve.filter(seen).map((span) => ({ ...place(span), bpm: span.bpm, height: fastest > slowest ? 0.25 + (0.75 * (span.bpm - slowest)) / (fastest - slowest) : 0.5 })),
    meters: report.time_signatures.filter(seen).map((span) => ({ x: Math.max(0, scale.x(span.start)), value: span.value })),
    axis: axisMarks(scale, 64),
  };
}

/**
 * The part in view after magnifying around a time; null for all.
 * @param {{ start: number, end: number } | null} view
 * @param {number} duration
 * @param {number} factor above 1 magnifies
 * @param {number} at the time that stays where it is
 * @returns {{ start: number, end: number } | null}
 */
export function magnified(view, duration, factor, at) {
  const { start, end } = view ?? { start: 0, end: duration };
  const span = Math.max((end - start) / factor, Math.min(SHORTEST_VIEW, duration));
  if (span >= duration * 0.999) return null;
  const share = end > start ? Math.min(Math.max((at - start) / (end - start), 0), 1) : 0.5;
  return placedView(at - share * span, span, duration);
}

/**
 * The part in view moved by so many of its widths.
 * @param {{ start: number, end: number } | null} view
 * @param {number} duration
 * @param {number} by
 */
export function panned(view, duration, by) {
  if (!view) return null;
  const span = view.end - view.start;
  return placedView(view.start + by * span, span, duration);
}

/**
 * The view that has `time` in it: the one that is, or the next page.
 * @param {{ start: number, end: number } | null} view
 * @param {number} duration
 * @param {number} time
 */
export function following(view, duration, time) {
  if (!view || (time >= view.start && time < view.end)) return view;
  const span = view.end - view.start;
  return placedView(time - 0.08 * span, span, duration);
}

/** @param {number} start @param {number} span @param {number} duration */
function placedView(start, span, duration) {
  const from = Math.min(Math.max(start, 0), Math.max(0, duration - span));
  return { start: from, end: from + span };
}
