/**
 * The chord chart: report → sections of bars of chords, the way a lead sheet has them.
 */

import { groupOf } from './overview.js';
import { barsOf, firstBarOf, lastAtOrBefore } from './position.js';

/** @import { Report } from '../report.js' */

/**
 * @typedef {object} ChartBar
 * @property {number} index   of the bar in the song
 * @property {number} start
 * @property {number} end
 * @property {{ name: string, at: number }[]} chords that start in the bar (the first may sound on
 *   from the bar before); `at` is the share of the bar before it
 * @property {boolean} same   nothing but the chord of the bar before
 */

/**
 * @typedef {object} ChartSection
 * @property {number} index
 * @property {string} name
 * @property {string} letter
 * @property {number} group
 * @property {number} start
 * @property {ChartBar[]} bars
 */

/**
 * A chord that begins within this share of a bar of its start or end belongs to the line: people
 * play it on the beat.
 */
const ON_THE_LINE = 0.09;

/**
 * @param {Report} report
 * @returns {ChartSection[]} empty without bars or chords; one for all where no sections were found
 */
export function chordChart(report) {
  if (report.chords.length === 0) return [];
  const bars = barsOf(report);
  const barStarts = bars.map((bar) => bar.start);
  const chordStarts = report.chords.map((chord) => chord.start);
  if (bars.length === 0) return [];

  let before = '';
  const written = bars.map(({ start, end }, index) => {
    const margin = (end - start) * ON_THE_LINE;
    const sounding = Math.max(0, lastAtOrBefore(chordStarts, start + margin));
    const chords = [{ name: report.chords[sounding].name, at: 0 }];
    for (let i = sounding + 1; i < chordStarts.length && chordStarts[i] < end - margin; i += 1) {
      chords.push({ name: report.chords[i].name, at: (chordStarts[i] - start) / (end - start) });
    }
    const same = chords.length === 1 && chords[0].name === before;
    before = chords[chords.length - 1].name;
    return { index, start, end, chords, same };
  });

  const sections = report.sections.length > 0 ? report.sections : [wholeSong(report)];
  const firstBars = sections.map((section) => firstBarOf(barStarts, section.start));
  firstBars[0] = 0;
  return sections
    .map((section, index) => ({
      index,
      name: section.name,
      letter: section.group,
      group: groupOf(section),
      start: section.start,
      bars: written.slice(firstBars[index], firstBars[index + 1] ?? written.length).map((bar, i) =>
        // A new section says its chord again.
        i === 0 ? { ...bar, same: false } : bar,
      ),
    }))
    .filter((section) => section.bars.length > 0);
}

/**
 * @param {Report} report
 */
const wholeSong = ({ duration }) => ({ start: 0, end: duration, name: 'Whole song', group: 'A', label: 'section' });
