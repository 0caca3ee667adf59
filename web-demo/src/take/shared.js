/**
 * Songs that come by link.
 */

import { check, correct } from '../desk.js';
import { loadSong, sharedId, songId } from '../library.js';
import { NO_SONG } from '../state.js';
import { unpacked } from './link.js';

/** @import { Store } from '../state.js' */

/** @param {Store} store */
export function createSharing(store) {
  store.answer('shared', async (text) => {
    try {
      const { report: found, edits: sent } = await unpacked(text);
      // The core reads it whole: what is no report is refused before it is shown.
      await check(found);
      const id = sharedId(await songId(new Blob([text])));
      // What was corrected here since the link came.
      const known = await loadSong(id).catch(() => undefined);
      const edits = known?.edits ?? sent;
      const report = { ...(await correct(found, edits)), waveform: found.waveform };
      store.set({ ...NO_SONG, phase: 'ready', file: null, notice: '', problem: null, editing: false, id, found, report, edits, undone: known?.undone ?? [] });
    } catch (error) {
      // What was open is there again after a reload.
      history.replaceState(null, '', store.state.id ? `#song=${store.state.id}` : '#');
      store.set({ problem: { code: 'bad_link', message: String(error) }, phase: store.state.report ? 'ready' : 'error' });
    }
  });
}
