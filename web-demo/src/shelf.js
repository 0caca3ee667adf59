/**
 * Keeps the open song in the library as it changes, and the list of songs up to date in every tab.
 */

import { cardOf, forgetAll, forgetAudio, hasAudio, isKept, listSongs, loadSong, returnSong, saveAudio, saveSong, takeSong, touchSong } from './library.js';

/** @import { Edit } from './editor.js' */
/** @import { Kept } from './library.js' */
/** @import { Report } from './report.js' */
/** @import { Scope } from './scope.js' */
/** @import { Store } from './state.js' */

/** Where it is remembered whether audio is kept. */
const KEEPING = 'sectionist-keep-audio';

/** Quick edits are saved together, in milliseconds. */
const SAVE_AFTER = 250;

/**
 * @param {Store} store
 * @param {Scope} scope
 */
export function createShelf(store, scope) {
  const others = typeof BroadcastChannel === 'function' ? new BroadcastChannel('sectionist-library') : null;
  /** Calls off the save that waits. */
  let endWait = () => {};
  /** The lists that are asked for, so that an older one does not overtake. */
  let turn = 0;
  /** @param {Partial<import('./state.js').State>} [patch] what changes with the list */
  const refresh = async (patch = {}) => {
    turn += 1;
    const mine = turn;
    const songs = await listSongs().catch(() => []);
    store.set(mine === turn ? { songs, ...patch } : patch);
  };
  /** @param {string} [id] of the song that was saved */
  const changed = async (id = '') => {
    await refresh();
    others?.postMessage({ changed: id });
  };
  /** The open song after it was deleted. @type {{ id: string, found: Report | null } | null} */
  let released = null;
  /** A deleted song that is open stays open, but is not kept any more. @param {string | null} id null for all */
  const release = (id) => {
    const { id: open, found } = store.state;
    if (!open || (id !== null && id !== open)) return;
    endWait();
    released = { id: open, found };
    store.set({ id: '' });
  };
  /** It is kept again, if it is still open. @param {string} id */
  const reclaim = (id) => {
    if (released?.id === id && released.found === store.state.found && !store.state.id) store.set({ id });
  };
  if (others) {
    scope.on(others, 'message', (/** @type {MessageEvent<{ changed: string, forgotten?: string | null, restored?: string }>} */ { data }) => {
      if (data.forgotten !== undefined) release(data.forgotten);
      if (data.restored) reclaim(data.restored);
      void refresh();
      void adopt(data.changed);
    });
    scope.own(() => others.close());
  }
  const remembered = readSetting();
  store.set({ keeping: remembered });
  void refresh();

  /** The same song is open in another tab and was corrected there: it is the same here. @param {string} id */
  async function adopt(id) {
    if (!id || id !== store.state.id) return;
    const song = await loadSong(id).catch(() => undefined);
    const { id: open, edits, undone } = store.state;
    // What was corrected here and is not saved yet is later than what is there.
    const unsaved = before?.id === id && (before.edits !== edits || before.undone !== undone);
    if (!song || open !== id || unsaved || JSON.stringify([edits, undone]) === JSON.stringify([song.edits, song.undone])) return;
    store.ask('adopt', song);
    before = { id, edits: store.state.edits, undone: store.state.undone };
  }

  /** What the open song's corrections were when they were last loaded or saved. @type {{ id: string, edits: Edit[], undone: Edit[] } | null} */
  let before = null;
  store.watch(scope, ['id'], ({ id, edits, undone }) => {
    before = { id, edits, undone };
  });

  /** Saves the song as it is now, with its audio if that is wished. */
  async function save() {
    const { id, found, report, edits, undone, used, elapsed, file, keeping } = store.state;
    if (!id || !found || !report) return;
    // Corrections are written by the tab that makes them.
    const corrected = before?.id === id && (before.edits !== edits || before.undone !== undone);
    before = { id, edits, undone };
    const song = { id, name: report.source.name ?? file?.name ?? '', found, edits, undone, options: used, elapsed, opened: Date.now() };
    try {
      const isNew = !isKept(found) || corrected;
      if (!isNew) await touchSong(id);
      else if (!(await saveSong(song, cardOf(song, report)))) {
        release(id);
        await refresh();
        return;
      }
      if (file && keeping === 'keep' && !(await hasAudio(id)) && !(await saveAudio(id, file))) {
        store.set({ notice: 'There is too little space on this device to keep the audio; the analysis is kept.' });
      }
      await changed(isNew ? id : '');
    } catch {
      // A private window, or no space: the song stays open all the same.
    }
  }

  store.watch(scope, ['report', 'edits', 'undone', 'keeping', 'file'], ({ id, phase }) => {
    if (!id || phase !== 'ready') return;
    endWait();
    endWait = scope.after(SAVE_AFTER, () => void save());
  });

  store.answer('shelved', () => void changed());
  store.answer('keeping', (keeping) => {
    writeSetting(keeping);
    store.set({ keeping });
    // Asks the browser not to clear the library when space runs short.
    if (keeping === 'keep') void navigator.storage?.persist?.();
    else void forgetAudio().then(() => changed(), () => {});
  });
  /** What was deleted last, to be put back. @type {Kept | null} */
  let taken = null;
  store.answer('forget', async (id) => {
    release(id);
    taken = null;
    if (id === null) await forgetAll().catch(() => {});
    else taken = await takeSong(id).catch(() => null);
    await refresh({ gone: taken?.card ?? null });
    others?.postMessage({ changed: '', forgotten: id });
  });
  store.answer('restore', async () => {
    if (!taken) return;
    const { song } = taken;
    await returnSong(taken).catch(() => {});
    taken = null;
    reclaim(song.id);
    await refresh({ gone: null });
    others?.postMessage({ changed: '', restored: song.id });
  });
  // Who opens a song has left it at that.
  store.watch(scope, ['phase'], ({ phase }) => {
    if (phase === 'idle' || phase === 'error') return;
    taken = null;
    store.set({ gone: null });
  });
}

/** @returns {'ask' | 'keep' | 'no'} */
function readSetting() {
  try {
    const setting = localStorage.getItem(KEEPING);
    return setting === 'keep' || setting === 'no' ? setting : 'ask';
  } catch {
    return 'ask';
  }
}

/** @param {string} setting */
function writeSetting(setting) {
  try {
    localStorage.setItem(KEEPING, setting);
  } catch {
    // Asked again next time.
  }
}
