/**
 * Keeps the open song in the library as it changes, and the list of songs up to date in every tab.
 */

import { cardOf, forgetAudio, forgetSong, hasAudio, isKept, listSongs, loadSong, saveAudio, saveSong, touchSong } from './library.js';

/** @import { Edit } from './editor.js' */
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
  const refresh = async () => {
    const songs = await listSongs().catch(() => []);
    store.set({ songs });
  };
  /** @param {string} [id] of the song that was saved */
  const changed = async (id = '') => {
    await refresh();
    others?.postMessage({ changed: id });
  };
  /** A deleted song that is open stays open, but is not kept any more. @param {string | null} id null for all */
  const release = (id) => {
    if (id !== null && id !== store.state.id) return;
    endWait();
    store.set({ id: '' });
  };
  if (others) {
    scope.on(others, 'message', (/** @type {MessageEvent<{ changed: string, forgotten?: string | null }>} */ { data }) => {
      if (data.forgotten !== undefined) release(data.forgotten);
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
      if (isNew) await saveSong(song, cardOf(song, report));
      else await touchSong(id);
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
  store.answer('forget', async (id) => {
    release(id);
    await forgetSong(id).catch(() => {});
    await refresh();
    others?.postMessage({ changed: '', forgotten: id });
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
