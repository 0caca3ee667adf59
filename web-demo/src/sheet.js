/**
 * The sheet: the report with its chords as they are to be played (another key, a capo, triads only). Times
 * and Roman numerals stay.
 */

import { playedName, transposeKey } from './theory.js';

/** @import { Report } from './report.js' */
/** @import { Scope } from './scope.js' */
/** @import { State, Store } from './state.js' */

/**
 * @param {Report} report
 * @param {State['play']} play
 * @returns {Report}
 */
export function sheetOf(report, { transpose, capo, simple }) {
  const by = transpose - capo;
  if (by === 0 && !simple) return report;
  let at = 0;
  const chords = report.chords.map((chord) => {
    while (at + 1 < report.keys.length && report.keys[at + 1].start <= chord.start + 1e-3) at += 1;
    const key = report.keys[at]?.key ?? null;
    return chord.label === 'N' ? chord : { ...chord, name: playedName(chord.name, { by, key, simple }) };
  });
  const move = (/** @type {string | null} */ key) => key && transposeKey(key, by);
  return {
    ...report,
    chords,
    key: move(report.key),
    keys: report.keys.map((span) => ({ ...span, key: transposeKey(span.key, by) })),
    sections: report.sections.map((section) => ({ ...section, key: move(section.key) })),
  };
}

/**
 * @param {Store} store
 * @param {Scope} scope
 */
export function createSheet(store, scope) {
  store.watch(scope, ['report', 'play'], ({ report, play }) => store.set({ sheet: report && sheetOf(report, play) }));
  store.answer('play', (patch) => {
    const play = { ...store.state.play, ...patch };
    play.transpose = Math.min(Math.max(play.transpose, -11), 11);
    play.capo = Math.min(Math.max(play.capo, 0), 11);
    store.set({ play });
  });
}
