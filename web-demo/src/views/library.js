/**
 * The library on the start page: songs of this device, and files that are being analysed.
 */

import { clock, percent, stageWords, withAccidentals } from '../words.js';
import { element, setText } from './element.js';

/** @import { SongCard } from '../library.js' */
/** @import { Scope } from '../scope.js' */
/** @import { Job, Store } from '../state.js' */

/** @type {Record<string, (a: SongCard, b: SongCard) => number>} */
const ORDERS = {
  opened: (a, b) => b.opened - a.opened,
  title: (a, b) => a.title.localeCompare(b.title),
  tempo: (a, b) => (a.tempo ?? Infinity) - (b.tempo ?? Infinity),
  key: (a, b) => (a.key ?? '~').localeCompare(b.key ?? '~'),
  length: (a, b) => a.duration - b.duration,
};

/**
 * Songs that match all words, in order.
 * @param {readonly SongCard[]} songs
 * @param {string} words
 * @param {string} order
 */
export function chosenSongs(songs, words, order) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const text = (/** @type {SongCard} */ { title, artist, key, tempo }) => `${title} ${artist} ${key ?? ''} ${tempo ? Math.round(tempo) : ''}`.toLowerCase();
  return songs.filter((song) => wanted.every((word) => text(song).includes(word))).toSorted(ORDERS[order] ?? ORDERS.opened);
}

/**
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Scope} scope
 */
export function libraryView(root, store, scope) {
  const search = element('input', { type: 'search', id: 'library-search', placeholder: 'Search', 'aria-label': 'Search your songs' });
  const order = element(
    'select',
    { id: 'library-order', 'aria-label': 'Order' },
    ...Object.entries({ opened: 'Last opened', title: 'Title', tempo: 'Tempo', key: 'Key', length: 'Length' }).map(([value, words]) => element('option', { value }, words)),
  );
  const keep = element('input', { type: 'checkbox', id: 'keep-audio' });
  const clear = element('button', { type: 'button', class: 'link', id: 'forget-all' }, 'Delete all');
  const list = element('ol', { class: 'library-list' });
  const empty = element('p', { class: 'empty' }, 'No song matches.');
  root.append(
    element('div', { class: 'library-head' }, element('h2', { id: 'library-title' }, 'Your songs'), search, order),
    list,
    empty,
    element('div', { class: 'library-foot' }, element('label', { class: 'check', for: 'keep-audio' }, keep, 'Keep the audio on this device too'), clear),
  );

  /** The rows in sight, each with what it shows. @type {Map<string, HTMLElement>} */
  let rows = new Map();
  /** The song whose row says that it is deleted. */
  let deleted = '';
  const paint = () => {
    const { songs, gone } = store.state;
    const isGone = (/** @type {SongCard} */ card) => card === gone;
    const all = gone && !songs.some(({ id }) => id === gone.id) ? [...songs, gone] : songs;
    root.hidden = all.length === 0;
    clear.hidden = songs.length === 0;
    const chosen = chosenSongs(all, search.value, order.value);
    empty.hidden = chosen.length > 0;
    // A row that says the same stays: it may be under a pressed finger or have the focus.
    rows = new Map(
      chosen.map((card) => {
        const shown = isGone(card) ? `gone ${card.id}` : JSON.stringify({ ...card, opened: 0 });
        return [shown, rows.get(shown) ?? (isGone(card) ? goneRow(card) : row(card))];
      }),
    );
    const items = [...rows.values()];
    if (items.length === list.children.length && items.every((item, i) => item === list.children[i])) return;
    const focused = list.contains(document.activeElement) ? document.activeElement : null;
    list.replaceChildren(...items);
    // What was pressed may be away: the way back has the focus then, and after that the song that is back.
    const next = list.querySelector(gone ? '[data-restore]' : `[data-open="${deleted}"]`) ?? list.querySelector('button');
    if (focused instanceof HTMLElement) (focused.isConnected ? focused : /** @type {HTMLElement | null} */ (next) ?? search).focus();
    deleted = gone?.id ?? '';
  };
  store.watch(scope, ['songs', 'gone'], paint);
  scope.on(search, 'input', paint);
  scope.on(order, 'change', paint);
  store.watch(scope, ['keeping'], ({ keeping }) => (keep.checked = keeping === 'keep'));
  scope.on(keep, 'change', () => store.ask('keeping', keep.checked ? 'keep' : 'no'));
  scope.on(clear, 'click', () => {
    if (confirm('Delete all songs, their corrections and their audio from this device?')) store.ask('forget', null);
  });
  scope.on(list, 'click', (event) => {
    const button = event.target instanceof Element && event.target.closest('button');
    if (!button) return;
    const { open, forget, restore } = button.dataset;
    if (open) store.ask('show', open);
    else if (forget) store.ask('forget', forget);
    else if (restore) store.ask('restore', undefined);
  });
}

/** @param {SongCard} song */
function row({ id, title, artist, key, tempo, duration, hasAudio }) {
  const facts = [key && withAccidentals(key), tempo && `${Math.round(tempo)} BPM`, clock(duration), !hasAudio && 'without audio'];
  return element(
    'li',
    {},
    element(
      'button',
      { type: 'button', class: 'library-song', 'data-open': id },
      element('span', { class: 'library-name' }, title, artist && element('small', {}, ` ${artist}`)),
      element('span', { class: 'library-facts' }, facts.filter(Boolean).join(' · ')),
    ),
    element('button', { type: 'button', class: 'icon small', 'data-forget': id, 'aria-label': `Delete ${title}`, title: 'Delete' }, '×'),
  );
}

/** In place of a song that was deleted. @param {SongCard} song */
const goneRow = ({ id, title }) =>
  element(
    'li',
    { class: 'library-gone' },
    element('span', { class: 'library-name' }, `${title} `, element('small', {}, 'is deleted')),
    element('button', { type: 'button', class: 'link', 'data-restore': id, 'aria-label': `${title} is deleted. Undo` }, 'Undo'),
  );

/**
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Scope} scope
 */
export function queueView(root, store, scope) {
  /** @type {Map<number, { item: HTMLElement, show: (job: Job) => void }>} */
  const rows = new Map();
  const list = element('ol', { class: 'queue-list' });
  root.append(list);
  store.watch(scope, ['queue'], ({ queue }) => {
    root.hidden = queue.length === 0;
    for (const [id, { item }] of rows) {
      if (queue.some((job) => job.id === id)) continue;
      item.remove();
      rows.delete(id);
    }
    for (const job of queue) {
      if (!rows.has(job.id)) {
        const made = queueRow(job, store, scope);
        rows.set(job.id, made);
        list.append(made.item);
      }
      rows.get(job.id)?.show(job);
    }
  });
}

/** @param {Job} job @param {Store} store @param {Scope} scope */
function queueRow({ id, name }, store, scope) {
  const words = element('span', { class: 'queue-words' });
  const bar = element('progress', { max: 1, value: 0, 'aria-label': name });
  const open = element('button', { type: 'button', class: 'link', hidden: true }, 'Open');
  const away = element('button', { type: 'button', class: 'icon small', 'aria-label': `Take ${name} off the list`, title: 'Take off the list' }, '×');
  const item = element('li', {}, element('span', { class: 'queue-name' }, name), bar, words, open, away);
  scope.on(away, 'click', () => store.ask('drop', id));
  let song = '';
  scope.on(open, 'click', () => store.ask('show', song));
  return {
    item,
    /** @param {Job} job */
    show: (job) => {
      song = job.song;
      bar.value = job.fraction;
      bar.hidden = job.state === 'failed' || job.state === 'done';
      open.hidden = job.state !== 'done';
      setText(words, { waiting: 'waits', working: `${stageWords(job.stage)} ${percent(job.fraction)}`, done: 'done', failed: job.words }[job.state]);
    },
  };
}
