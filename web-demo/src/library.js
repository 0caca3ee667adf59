/**
 * Songs kept on this device: reports, corrections, and the audio where that was wished. IndexedDB; where
 * there is none (some private windows) the page works on without a memory.
 */

/** @import { Edit } from './editor.js' */
/** @import { Report } from './report.js' */

/**
 * A song as it is kept.
 * @typedef {object} Song
 * @property {string} id
 * @property {string} name            of the file
 * @property {Report} found
 * @property {Edit[]} edits
 * @property {Edit[]} undone
 * @property {Record<string, string>} options
 * @property {number} elapsed
 * @property {number} opened          milliseconds since 1970
 *
 * What the list shows of it.
 * @typedef {object} SongCard
 * @property {string} id
 * @property {string} title
 * @property {string} artist
 * @property {string | null} key
 * @property {number | null} tempo
 * @property {number} duration
 * @property {number} opened
 * @property {boolean} hasAudio      as the list finds it
 */

const NAME = 'sectionist';
const STORES = ['songs', 'cards', 'audio'];

/** @type {Promise<IDBDatabase> | null} */
let opening = null;

function database() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      for (const store of STORES) request.result.createObjectStore(store, store === 'audio' ? undefined : { keyPath: 'id' });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opening;
}

/**
 * @template T
 * @param {string[]} stores
 * @param {IDBTransactionMode} mode
 * @param {(transaction: IDBTransaction) => IDBRequest<T> | void} run
 * @returns {Promise<T | undefined>}
 */
async function within(stores, mode, run) {
  const transaction = (await database()).transaction(stores, mode);
  const request = run(transaction);
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onabort = () => reject(transaction.error ?? new Error('aborted'));
    transaction.onerror = () => reject(transaction.error);
  });
}

/**
 * The same for the same bytes under the same length; cheap for large files.
 * @param {Blob} file
 */
export async function songId(file) {
  const edge = 1 << 16;
  const parts = [file.slice(0, edge), file.slice(Math.max(0, file.size - edge)), `${file.size}`];
  const bytes = await new Blob(parts).arrayBuffer();
  if (!globalThis.crypto?.subtle) return `${file.size}-${new Uint8Array(bytes).reduce((sum, byte) => (sum * 31 + byte) >>> 0, 7)}`;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...digest.slice(0, 12)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Of a song that came by link: nobody here knows its bytes.
 * @param {string} id of the link
 */
export const sharedId = (id) => `shared-${id}`;

/** @param {string} id */
export const isShared = (id) => id.startsWith(sharedId(''));

/**
 * @param {Song} song
 * @param {Report} shown as corrected
 * @returns {SongCard}
 */
export const cardOf = ({ id, name, opened }, shown) => ({
  id,
  title: shown.source.tags.title || shown.source.name || name,
  artist: shown.source.tags.artist ?? '',
  key: shown.key,
  tempo: shown.tempo,
  duration: shown.duration,
  opened,
  hasAudio: false,
});

/** @returns {Promise<SongCard[]>} latest first */
export async function listSongs() {
  /** @type {IDBRequest<IDBValidKey[]> | undefined} */
  let keys;
  const cards = await within(['cards', 'audio'], 'readonly', (t) => {
    keys = t.objectStore('audio').getAllKeys();
    return t.objectStore('cards').getAll();
  });
  const heard = new Set(keys?.result);
  return (cards ?? []).map((card) => ({ ...card, hasAudio: heard.has(card.id) })).toSorted((a, b) => b.opened - a.opened);
}

/** Analyses that are in the library, or were: the same is not put there again. @type {WeakSet<Report>} */
const kept = new WeakSet();

/** @param {Report} found */
export const isKept = (found) => kept.has(found);

/**
 * @param {string} id
 * @returns {Promise<Song | undefined>}
 */
export async function loadSong(id) {
  const song = await within(['songs'], 'readonly', (t) => t.objectStore('songs').get(id));
  if (song) kept.add(song.found);
  return song;
}

/**
 * Notes that a song was opened, and leaves all else as it is: another tab may have corrected it meanwhile.
 * @param {string} id
 */
export const touchSong = (id) =>
  within(['songs', 'cards'], 'readwrite', (t) => {
    for (const store of [t.objectStore('songs'), t.objectStore('cards')]) {
      const asked = store.get(id);
      asked.onsuccess = () => {
        if (asked.result) store.put({ ...asked.result, opened: Date.now() });
      };
    }
  });

/**
 * @param {string} id
 * @returns {Promise<File | undefined>}
 */
export const loadAudio = (id) => within(['audio'], 'readonly', (t) => t.objectStore('audio').get(id));

/** @param {string} id */
export const hasAudio = async (id) => (await within(['audio'], 'readonly', (t) => t.objectStore('audio').count(id))) === 1;

/**
 * Keeps a song. One that was kept before and is not there any more was deleted meanwhile, perhaps in another
 * tab, and stays so.
 * @param {Song} song
 * @param {SongCard} card
 * @returns {Promise<boolean>} whether it is in the library
 */
export async function saveSong(song, card) {
  const isNew = !isKept(song.found);
  let saved = false;
  await within(['songs', 'cards'], 'readwrite', (t) => {
    const there = t.objectStore('songs').count(song.id);
    there.onsuccess = () => {
      saved = isNew || there.result === 1;
      if (!saved) return;
      t.objectStore('songs').put(song);
      t.objectStore('cards').put(card);
    };
  });
  kept.add(song.found);
  return saved;
}

/**
 * Keeps the file of a song of the library, if there is room for it and as much again.
 * @param {string} id
 * @param {File} file
 * @returns {Promise<boolean>} whether there was room
 */
export async function saveAudio(id, file) {
  const { quota = Infinity, usage = 0 } = (await navigator.storage?.estimate?.()) ?? {};
  if (quota - usage < 2 * file.size) return false;
  await within(['songs', 'audio'], 'readwrite', (t) => {
    const there = t.objectStore('songs').count(id);
    there.onsuccess = () => {
      if (there.result === 1) t.objectStore('audio').put(file, id);
    };
  });
  return true;
}

/**
 * All that is kept of a song.
 * @typedef {{ song: Song, card: SongCard, audio: File | undefined }} Kept
 */

/**
 * Deletes a song.
 * @param {string} id
 * @returns {Promise<Kept | null>} what was deleted
 */
export async function takeSong(id) {
  /** @type {(IDBRequest | undefined)[]} */
  let asked = [];
  await within(STORES, 'readwrite', (t) => {
    asked = STORES.map((store) => t.objectStore(store).get(id));
    for (const store of STORES) t.objectStore(store).delete(id);
  });
  const [song, card, audio] = asked.map((request) => request?.result);
  return song && card ? { song, card, audio } : null;
}

/** Undoes {@link takeSong}. @param {Kept} taken */
export const returnSong = ({ song, card, audio }) =>
  within(STORES, 'readwrite', (t) => {
    t.objectStore('songs').put(song);
    t.objectStore('cards').put(card);
    if (audio) t.objectStore('audio').put(audio, song.id);
  });

/** Deletes all songs. */
export const forgetAll = () =>
  within(STORES, 'readwrite', (t) => {
    for (const store of STORES) t.objectStore(store).clear();
  });

/** Gives back the space of all audio, but keeps what was found. */
export const forgetAudio = () =>
  within(['audio'], 'readwrite', (t) => {
    t.objectStore('audio').clear();
  });
