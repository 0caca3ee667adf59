/**
 * The whole song at a glance: (report, width) → shapes.
 */

import { spanAt } from './position.js';
import { axisMarks, timeScale } from './timescale.js';
import { waveformColumns } from './waveform.js';

/** @import { Report } from '../report.js' */

/** Pixels from one waveform column to the next, one of them a gap. */
const COLUMN_PITCH = 3;

/** Bar lines closer than this many pixels would be a smear. */
const MIN_BAR_WIDTH = 7;

/** Boundaries below this confidence are drawn as doubtful. */
const DOUBTFUL = 0.5;

/**
 * Group letters as numbers from 0, in order of the alphabet; −1 for silence.
 * @param {{ group: string, label: string }} section
 */
export function groupOf({ group, label }) {
  if (label === 'silence') return -1;
  const letter = group.charCodeAt(0) - 'A'.charCodeAt(0);
  return letter >= 0 && letter < 26 ? letter : 0;
}

/**
 * @typedef {object} OverviewShapes
 * @property {import('./timescale.js').TimeScale} scale
 * @property {{ x: number, width: number, name: string, label: string, letter: string, group: number }[]} sections
 * @property {{ x: number, doubtful: boolean, from: number, to: number }[]} boundaries inner ones only;
 *   `from` and `to` are the edges of the plausible range
 * @property {{ x: number, group: number }[]} phrases where phrases start inside sections
 * @property {{ x: number, peak: number, rms: number, group: number }[]} columns heights in [0, 1]
 * @property {number} columnWidth
 * @property {number[]} barLines
 * @property {{ x: number, width: number, key: string }[]} keys
 * @property {{ time: number, x: number }[]} axis
 */

/**
 * @param {Report} report
 * @param {number} width
 * @returns {OverviewShapes}
 */
export function overviewShapes(report, width) {
  const scale = timeScale(0, report.duration, width);
  const { sections } = report;
  /** @param {{ start: number, end: number }} span */
  const place = ({ start, end }) => ({ x: scale.x(start), width: scale.x(end) - scale.x(start) });
  const barWidth = width / Math.max(1, report.downbeats.length);

  return {
    scale,
    sections: sections.map((section) => ({
      ...place(section),
      name: section.name,
      label: section.label,
      letter: section.group,
      group: groupOf(section),
    })),
    boundaries: sections.slice(1).map(({ start, boundary }) => ({
      x: scale.x(start),
      doubtful: boundary.confidence < DOUBTFUL,
      from: scale.x(boundary.earliest),
      to: scale.x(boundary.latest),
    })),
    phrases: sections.flatMap((section) =>
      section.phrases.slice(1).map(({ start }) => ({ x: scale.x(start), group: groupOf(section) })),
    ),
    columns: waveformColumns(report.waveform, scale, COLUMN_PITCH).map(({ x, time, peak, rms }) => {
      const index = spanAt(sections, time);
      const outside = sections.length > 0 ? -1 : 0;
      return { x, peak, rms, group: index < 0 ? outside : groupOf(sections[index]) };
    }),
    columnWidth: COLUMN_PITCH - 1,
    barLines: barWidth >= MIN_BAR_WIDTH ? report.downbeats.map(scale.x) : [],
    keys: report.keys.map((span) => ({ ...place(span), key: span.key })),
    axis: axisMarks(scale, 64),
  };
}
