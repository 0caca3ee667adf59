/**
 * Corrections of the open song: made, taken back, made again, and kept. They are a list of edits over what
 * was found; the core applies them, so that exports and every other host mean the same by them.
 */

import { correct } from './desk.js';

/** @import { Scope } from './scope.js' */
/** @import { Store } from './state.js' */

/**
 * One edit, as the core's `Edit` has it.
 * @typedef {{ edit: 'halve_tempo' } | { edit: 'double_tempo' }
 *   | { edit: 'set_meter', value: string }
 *   | { edit: 'move_downbeat', by: number }
 *   | { edit: 'tap', times: number[] }
 *   | { edit: 'add_boundary', at: number } | { edit: 'remove_boundary', at: number }
 *   | { edit: 'move_boundary', from: number, to: number }
 *   | { edit: 'set_section', at: number, label?: string, name?: string, group?: string, repeats?: boolean }
 *   | { edit: 'set_chord', start: number, end: number, label: string }
 *   | { edit: 'split_chord', at: number } | { edit: 'join_chord', at: number }
 *   | { edit: 'set_key', key: string, at?: number } | { edit: 'change_key', at: number, key: string }
 *   | { edit: 'move_key', from: number, to: number }
 *   | { edit: 'set_tuning', a4_hz: number }} Edit
 */

/** Taps farther apart than this begin anew, in seconds. */
const TAP_PAUSE = 2.5;

/** As many taps tell a pulse. */
const ENOUGH_TAPS = 4;

/**
 * @param {Store} store
 * @param {Scope} scope
 */
export function createEditor(store, scope) {
  /** The corrections that are being applied, so that an older answer does not overtake. */
  let turn = 0;

  /** @param {Edit[]} edits @param {Edit[]} undone */
  async function apply(edits, undone) {
    const { found, report } = store.state;
    if (!found || !report) return;
    turn += 1;
    const mine = turn;
    store.set({ edits, undone });
    try {
      const corrected = await correct(found, edits);
      if (mine === turn && store.state.found === found) {
        // Peaks are large and never change: those that are painted already serve on.
        store.set({ report: { ...corrected, waveform: found.waveform } });
      }
    } catch (error) {
      if (mine === turn) store.set({ notice: `That correction could not be applied (${/** @type {Error} */ (error).message}).` });
    }
  }

  store.answer('edit', (edit) => void apply([...store.state.edits, edit], []));
  store.answer('undo', () => {
    const { edits, undone } = store.state;
    if (edits.length > 0) void apply(edits.slice(0, -1), [edits[edits.length - 1], ...undone]);
  });
  store.answer('redo', () => {
    const { edits, undone } = store.state;
    if (undone.length > 0) void apply([...edits, undone[0]], undone.slice(1));
  });
  store.answer('found', () => {
    const { edits } = store.state;
    // Every one can be made again.
    if (edits.length > 0) void apply([], edits);
  });
  store.answer('adopt', ({ edits, undone }) => void apply(edits, undone));
  store.answer('editing', (editing) => store.set({ editing }));

  /** @type {number[]} */
  let taps = [];
  let endWait = () => {};
  store.answer('tap', () => {
    const { time, playing, report } = store.state;
    if (!report) return;
    if (!playing) {
      store.set({ notice: 'Play the song, then tap T on its beats: the first tap is the first beat of a bar.' });
      return;
    }
    if (taps.length > 0 && Math.abs(time - taps[taps.length - 1]) > TAP_PAUSE) taps = [];
    taps.push(time);
    const left = ENOUGH_TAPS - taps.length;
    store.set({ notice: left > 0 ? `Tapping: ${left} more.` : `Tapping: ${Math.round((60 * (taps.length - 1)) / (time - taps[0]))} beats a minute.` });
    endWait();
    endWait = scope.after(1000 * TAP_PAUSE, () => {
      if (taps.length >= ENOUGH_TAPS) store.ask('edit', { edit: 'tap', times: taps.map((tap) => Math.round(tap * 1000) / 1000) });
      store.set({ notice: taps.length >= ENOUGH_TAPS ? 'The beat of the whole song follows your taps. Undo takes it back.' : '' });
      taps = [];
    });
  });
}
