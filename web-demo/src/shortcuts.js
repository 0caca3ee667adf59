/**
 * The keyboard.
 */

/** @import { Scope } from './scope.js' */
/** @import { Store } from './state.js' */

/** Elements that have their own use for every key, and those that have one for space and enter. */
const TYPES_INTO = 'input, select, textarea, [contenteditable]';
const PRESSES = 'button, a[href], summary';

/**
 * @param {Store} store
 * @param {Scope} scope
 */
export function listenToKeys(store, scope) {
  /** @type {Record<string, (event: KeyboardEvent) => void>} */
  const keys = {
    ' ': () => store.ask('toggle', undefined),
    k: () => store.ask('toggle', undefined),
    ArrowLeft: ({ shiftKey }) => store.ask('step', { by: -1, unit: shiftKey ? 'beat' : 'bar' }),
    ArrowRight: ({ shiftKey }) => store.ask('step', { by: 1, unit: shiftKey ? 'beat' : 'bar' }),
    '[': () => store.ask('section', -1),
    ']': () => store.ask('section', 1),
    PageUp: () => store.ask('section', -1),
    PageDown: () => store.ask('section', 1),
    Home: () => store.ask('seek', 0),
    End: () => store.ask('seek', store.state.report?.duration ?? 0),
    l: () => store.ask('loop', undefined),
    '+': () => store.ask('zoom', 1.25),
    '=': () => store.ask('zoom', 1.25),
    '-': () => store.ask('zoom', 1 / 1.25),
  };
  /** Keys that scroll the page act only where the song has the focus. */
  const ONLY_ON_THE_SONG = new Set(['Home', 'End', 'PageUp', 'PageDown']);

  scope.on(window, 'keydown', (/** @type {KeyboardEvent} */ event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { phase } = store.state;
    if (event.key === 'Escape' && (phase === 'reading' || phase === 'analysing')) {
      store.ask('cancel', undefined);
      return;
    }
    const run = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (phase !== 'ready' || !run || target.closest(TYPES_INTO)) return;
    if (event.key === ' ' && target.closest(PRESSES)) return;
    if (ONLY_ON_THE_SONG.has(event.key) && !target.closest('[role=slider]')) return;
    event.preventDefault();
    run(event);
  });
}
