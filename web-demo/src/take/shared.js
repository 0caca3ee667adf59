/**
 * Songs that come by link.
 */

import { correct } from '../desk.js';
import { NO_SONG } from '../state.js';
import { unpacked } from './link.js';

/** @import { Store } from '../state.js' */

/** @param {Store} store */
export function createSharing(store) {
  store.answer('shared', async (text) => {
    try {
      const { report: found, edits } = await unpacked(text);
      // The core reads it whole: what is no report is refused before it is shown.
      const report = { ...(await correct(found, edits)), waveform: found.waveform };
      store.set({ ...NO_SONG, phase: 'ready', file: null, notice: '', problem: null, editing: false, found, report, edits });
    } catch (error) {
      store.set({ problem: { code: 'bad_link', message: String(error) }, phase: store.state.report ? 'ready' : 'error' });
    }
  });
}
