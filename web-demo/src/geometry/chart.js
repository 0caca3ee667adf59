/**
 * The chord chart: report → sections of bars of chords, the way a lead sheet has them.
 */

import { groupOf, UNSURE } from './overview.js';
import { barsOf, firstBarOf, lastAtOrBefore } from './position.js';

/** @import { Report } from '../report.js' */

/**
 * @typedef {object} ChartBar
 * @property {number} index   of the bar in the song
 * @property {number} start
 * @property {number} end
 * @property {{ name: string, at: number, none: boolean, unsure: boolean }[]} chords that start in the bar (the first
 *   may sound on from the bar before); `at` is the share of the bar before it
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
  const written = (/** @type {number} */ i, /** @type {number} */ at) => {
    const { name, label, confidence } = report.chords[i];
    return { name, at, none: label === 'N', unsure: label !== 'N' && confidence < UNSURE };
  };

  let before = '';
  const all = bars.map(({ start, end }, index) => {
    const margin = (end - start) * ON_THE_LINE;
    const sounding = Math.max(0, lastAtOrBefore(chordStarts, start + margin));
    const chords = [written(sounding, 0)];
    for (let i = sounding + 1; i < chordStarts.length && chordStarts[i] < end - margin; i += 1) {
      // Made simple, neighbours may have become one.
      if (report.chords[i].name !== chords[chords.length - 1].name) chords.push(written(i, (chordStarts[i] - start) / (end - start)));
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
      bars: all.slice(firstBars[index], firstBars[index + 1] ?? all.length).map((bar, i) =>
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

/** Bars a line of the chart as text. */
const BARS_PER_LINE = 4;

/**
 * The chart as plain text, for mails and notes.
 * @param {Report} report
 * @param {string} title
 */
export function chartText(report, title) {
  const facts = [report.key, report.tempo && `${Math.round(report.tempo)} BPM`, report.time_signature].filter(Boolean);
  const sections = chordChart(report);
  const widest = Math.max(4, ...sections.flatMap(({ bars }) => bars.map((bar) => words(bar).length)));
  const lines = sections.map(({ name, bars }) => {
    const rows = [];
    for (let i = 0; i < bars.length; i += BARS_PER_LINE) {
      rows.push(`| ${bars.slice(i, i + BARS_PER_LINE).map((bar) => words(bar).padEnd(widest)).join(' | ')} |`);
    }
    return `[${name}]\n${rows.join('\n')}\n`;
  });
  return `${title}\n${facts.join(' · ')}\n\n${lines.join('\n')}`;
}

/** @param {ChartBar} bar */
const words = ({ chords, same }) => (same ? '%' : chords.map(({ name }) => name).join(' '));
