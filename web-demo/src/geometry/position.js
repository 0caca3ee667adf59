/**
 * What is where in time.
 */

/** @import { Beat, Report } from '../report.js' */

/**
 * Index of the last of `starts` that is at or before `time`; −1 before the first. O(log n).
 * @param {readonly number[]} starts increasing
 * @param {number} time
 */
export function lastAtOrBefore(starts, time) {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * Index of the span that holds `time`; −1 if none does.
 * @param {readonly { start: number, end: number }[]} spans in order, without overlap
 * @param {number} time
 */
export function spanAt(spans, time) {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle].start <= time) low = middle + 1;
    else high = middle;
  }
  const index = low - 1;
  return index >= 0 && time < spans[index].end ? index : -1;
}

/**
 * Bars of a song: from one downbeat to the next, the last as long as the one before it, but
 * within the song.
 * @param {Report} report
 * @returns {{ start: number, end: number }[]}
 */
export function barsOf({ downbeats, duration }) {
  return downbeats.map((start, i) => {
    const length = downbeats[i + 1] - start || start - downbeats[i - 1] || duration - start;
    return { start, end: downbeats[i + 1] ?? Math.min(start + length, duration) };
  });
}

/**
 * Where in the form a moment is.
 * @typedef {object} Position
 * @property {number} section   index, −1 for none
 * @property {number} chord     index, −1 for none
 * @property {number} beat      index, −1 before the first
 * @property {number} bar       index in barsOf, −1 before the first
 * @property {number} barOfSection  from 1; 0 where it cannot be told
 * @property {number} barsInSection 0 where it cannot be told
 * @property {number} beatsInBar    of this bar, 0 where it cannot be told
 */

/**
 * A finder of positions; its lists are made once a report.
 * @param {Report} report
 * @returns {(time: number) => Position}
 */
export function positionFinder(report) {
  const beatTimes = report.beats.map((beat) => beat.time);
  const bars = barsOf(report);
  const barStarts = bars.map((bar) => bar.start);
  const firstBars = report.sections.map((section) => firstBarOf(barStarts, section.start));

  return (time) => {
    const section = spanAt(report.sections, time);
    const beat = lastAtOrBefore(beatTimes, time);
    const bar = lastAtOrBefore(barStarts, time);
    let barOfSection = 0;
    let barsInSection = 0;
    if (section >= 0 && bar >= 0) {
      const end = firstBars[section + 1] ?? bars.length;
      barsInSection = report.sections[section].bars ?? Math.max(0, end - firstBars[section]);
      const nth = bar - firstBars[section] + 1;
      barOfSection = nth >= 1 && nth <= barsInSection ? nth : 0;
    }
    return {
      section,
      chord: spanAt(report.chords, time),
      beat,
      bar,
      barOfSection,
      barsInSection,
      beatsInBar: beatsInBarAt(report.beats, beat),
    };
  };
}

/**
 * Index of the bar that a section starts with: the one whose start is nearest.
 * @param {readonly number[]} barStarts
 * @param {number} start
 */
export function firstBarOf(barStarts, start) {
  const before = lastAtOrBefore(barStarts, start);
  const after = before + 1;
  if (before < 0) return 0;
  if (after >= barStarts.length) return before;
  return start - barStarts[before] <= barStarts[after] - start ? before : after;
}

/**
 * @param {readonly Beat[]} beats
 * @param {number} index
 */
function beatsInBarAt(beats, index) {
  if (index < 0) return 0;
  let last = index;
  while (last + 1 < beats.length && beats[last + 1].position > beats[last].position) last += 1;
  // The last bar may be cut short; the one before tells how long bars are.
  if (last === beats.length - 1) {
    let previous = index;
    while (previous > 0 && beats[previous].position > 1) previous -= 1;
    if (previous > 0) return Math.max(beats[last].position, beats[previous - 1].position);
  }
  return beats[last].position;
}

/** Going back within this many seconds of a start goes to the one before, as on any player. */
const GRACE = { playing: { section: 1.2, bar: 0.25, beat: 0.25 }, paused: { section: 0.05, bar: 0.02, beat: 0.02 } };

/** Seconds a step is where there are no beats. */
const NOMINAL_STEP = { section: 10, bar: 5, beat: 1 };

/**
 * Where a step back or on leads: to the start of a section, bar or beat.
 * @param {Report} report
 * @param {number} time
 * @param {1 | -1} by
 * @param {'section' | 'bar' | 'beat'} unit
 * @param {boolean} playing
 */
export function stepFrom(report, time, by, unit, playing) {
  const starts = {
    section: () => report.sections.map(({ start }) => start),
    bar: () => report.downbeats,
    beat: () => report.beats.map((beat) => beat.time),
  }[unit]();
  if (starts.length < 2 && unit !== 'section') return Math.min(Math.max(time + by * NOMINAL_STEP[unit], 0), report.duration);
  const here = lastAtOrBefore(starts, time + 1e-3);
  const late = here >= 0 && time - starts[here] > GRACE[playing ? 'playing' : 'paused'][unit];
  const target = by > 0 ? here + 1 : late ? here : here - 1;
  if (by > 0 && target >= starts.length) return report.duration;
  return target < 0 ? 0 : starts[target];
}
