/**
 * Which lanes the timeline has, and where.
 */

/** @import { Report } from '../report.js' */

/** @typedef {{ y: number, h: number }} Lane */
/** @typedef {{ sections: Lane, wave: Lane, chords: Lane, keys: Lane, tempo: Lane | null, axis: Lane, height: number }} Lanes */

const GAP = 7;

/**
 * Lanes for a song: tempo and meter have one where they change.
 * @param {Report} report
 * @param {boolean} compact for small screens
 * @param {boolean} [hasChords] whether there is room to write them; small screens have no lane for nothing
 * @returns {Lanes}
 */
export function lanesOf(report, compact, hasChords = true) {
  let y = 0;
  const lane = (/** @type {number} */ h) => {
    const made = { y, h };
    y += h + GAP;
    return made;
  };
  const sections = lane(compact ? 30 : 34);
  const wave = lane(compact ? 54 : 104);
  const chords = compact && !hasChords ? { y, h: 0 } : lane(20);
  const keys = lane(20);
  const changes = report.tempo_curve.length > 1 || report.time_signatures.length > 1;
  const tempo = changes ? lane(26) : null;
  const axis = lane(16);
  return { sections, wave, chords, keys, tempo, axis, height: axis.y + axis.h };
}
