/**
 * What can be repeated, and when to go back. Pure.
 */

import { barsOf, lastAtOrBefore, spanAt } from '../geometry/position.js';

/** @import { Report } from '../report.js' */
/** @import { Loop } from '../state.js' */

/** The last moments of a file may never be reported before it ends: going back comes this much earlier. */
const BEFORE_END = 0.06;

/**
 * The section at `time` as a loop.
 * @param {Report} report
 * @param {number} time
 * @returns {Loop | null}
 */
export function sectionLoop({ sections }, time) {
  const section = sections[spanAt(sections, time)];
  return section ? { start: section.start, end: section.end, kind: 'section', name: section.name } : null;
}

/**
 * The phrase at `time` as a loop.
 * @param {Report} report
 * @param {number} time
 * @returns {Loop | null}
 */
export function phraseLoop({ sections }, time) {
  const section = sections[spanAt(sections, time)];
  const index = section ? spanAt(section.phrases, time) : -1;
  if (index < 0) return null;
  const { start, end } = section.phrases[index];
  return { start, end, kind: 'phrase', name: `${section.name}, phrase ${index + 1}` };
}

/**
 * The whole bars from one time to another as a loop.
 * @param {Report} report
 * @param {number} from
 * @param {number} to in either order
 * @returns {Loop | null}
 */
export function barsLoop(report, from, to) {
  const bars = barsOf(report);
  if (bars.length === 0) return null;
  const starts = bars.map(({ start }) => start);
  const first = Math.max(0, lastAtOrBefore(starts, Math.min(from, to)));
  const last = Math.max(first, lastAtOrBefore(starts, Math.max(from, to)));
  const name = first === last ? `bar ${first + 1}` : `bars ${first + 1}–${last + 1}`;
  return { start: bars[first].start, end: bars[last].end, kind: 'bars', name };
}

/**
 * Whether it is time to go back.
 * @param {{ end: number }} loop
 * @param {number} time
 * @param {number} duration of what is played
 */
export const isOver = (loop, time, duration) => time >= Math.min(loop.end, duration - BEFORE_END);

/**
 * What becomes of a loop when the listener goes to `time`: the section there is repeated instead; a
 * passage of bars ends.
 * @param {Report} report
 * @param {Loop | null} loop
 * @param {number} time
 */
export function loopAfterSeek(report, loop, time) {
  if (!loop || (time >= loop.start && time < loop.end)) return loop;
  if (loop.kind === 'section') return sectionLoop(report, time);
  if (loop.kind === 'phrase') return phraseLoop(report, time);
  return null;
}

/**
 * The bar before `time`, to count in: as long as the one that starts there.
 * @param {Report} report
 * @param {number} time
 * @returns {{ length: number, beats: number }}
 */
export function countIn(report, time) {
  const bars = barsOf(report);
  if (bars.length === 0) return { length: 2, beats: 4 };
  const index = Math.max(0, lastAtOrBefore(bars.map(({ start }) => start), time + 0.05));
  // The last bar may be cut short.
  const bar = index === bars.length - 1 && index > 0 ? bars[index - 1] : bars[index];
  const beats = report.beats.filter(({ time: beat }) => beat >= bar.start - 1e-3 && beat < bar.end - 1e-3).length;
  return { length: bar.end - bar.start, beats: Math.max(1, beats) };
}

/**
 * Beats to click from after `from` up to `to`.
 * @param {Report['beats']} beats
 * @param {number} from
 * @param {number} to
 * @returns {{ time: number, accent: boolean }[]}
 */
export function clicksBetween(beats, from, to) {
  const clicks = [];
  for (let i = lastAtOrBefore(beats.map(({ time }) => time), from) + 1; i < beats.length && beats[i].time <= to; i += 1) {
    clicks.push({ time: beats[i].time, accent: beats[i].position === 1 });
  }
  return clicks;
}
