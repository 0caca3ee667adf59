/**
 * Keeps the open song in the library as it changes, and the list of songs up to date in every tab.
 */

import { cardOf, forgetAudio, forgetSong, hasAudio, listSongs, loadSong, saveAudio, saveSong } from './library.js';

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
  const refresh = async () => {
    const songs = await listSongs().catch(() => []);
    store.set({ songs });
  };
  /** @param {string} [id] of the song that was saved */
  const changed = async (id = '') => {
    await refresh();
    others?.postMessage({ changed: id });
  };
  if (others) {
    scope.on(others, 'message', (/** @type {MessageEvent<{ changed: string }>} */ { data }) => {
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
    if (!song || open !== id || JSON.stringify([edits, undone]) === JSON.stringify([song.edits, song.undone])) return;
    store.ask('adopt', song);
  }

  /** Saves the song as it is now, with its audio if that is wished. */
  async function save() {
    const { id, found, report, edits, undone, used, elapsed, file, keeping } = store.state;
    if (!id || !found || !report) return;
    const song = { id, name: report.source.name ?? file?.name ?? '', found, edits, undone, options: used, elapsed, opened: Date.now() };
    try {
      await saveSong(song, cardOf(song, report));
      if (file && keeping === 'keep' && !(await hasAudio(id)) && !(await saveAudio(id, file))) {
        store.set({ notice: 'There is too little space on this device to keep the audio; the analysis is kept.' });
      }
      await changed(id);
    } catch {
      // A private window, or no space: the song stays open all the same.
    }
  }

  let endWait = () => {};
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
    await forgetSong(id).catch(() => {});
    await changed();
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
