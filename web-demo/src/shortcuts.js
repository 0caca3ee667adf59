/**
 * The keyboard.
 */

/** @import { Scope } from './scope.js' */
/** @import { Store } from './state.js' */

/** Elements that have their own use for every key, and those that have one for space and enter. */
const TYPES_INTO = 'input, select, textarea, [contenteditable]';
const PRESSES = 'button, a[href], summary';

/** Opens the map of the keyboard. */
function showKeys() {
  const map = document.getElementById('keys');
  if (map instanceof HTMLDialogElement && !map.open) map.showModal();
}

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
    l: () => store.ask('loop', undefined),
    '+': () => store.ask('zoom', 1.25),
    '=': () => store.ask('zoom', 1.25),
    '-': () => store.ask('zoom', 1 / 1.25),
    p: () => store.ask('phrase', undefined),
    m: () => store.ask('click', { on: !store.state.click.on }),
    t: () => store.ask('tap', undefined),
    e: () => store.ask('editing', !store.state.editing),
    ',': () => store.ask('rate', store.state.rate - 0.05),
    '.': () => store.ask('rate', store.state.rate + 0.05),
    i: () => store.ask('magnify', { factor: 1.6 }),
    o: () => store.ask('magnify', { factor: 1 / 1.6 }),
    h: () => store.ask('pan', -0.5),
    j: () => store.ask('pan', 0.5),
    f: () => store.ask('stand', undefined),
  };
  scope.on(window, 'keydown', (/** @type {KeyboardEvent} */ event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    if ((event.ctrlKey || event.metaKey) && !event.altKey && ['z', 'y'].includes(event.key.toLowerCase()) && !target.closest(TYPES_INTO)) {
      event.preventDefault();
      store.ask(event.shiftKey || event.key.toLowerCase() === 'y' ? 'redo' : 'undo', undefined);
      return;
    }
    // The timeline has its own keys.
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const { phase } = store.state;
    if (event.key === 'Escape' && (phase === 'reading' || phase === 'analysing')) {
      store.ask('cancel', undefined);
      return;
    }
    const run = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (target.closest(TYPES_INTO) || (event.key !== '?' && (phase !== 'ready' || !run))) return;
    if (event.key === '?') {
      event.preventDefault();
      showKeys();
      return;
    }
    // Space plays and pauses also after a click on what goes to a place; Enter goes there.
    if (event.key === ' ' && target.closest(PRESSES) && !target.closest('[data-seek]')) return;
    // The music stand is for playing; over other sheets keys rest.
    if (document.querySelector('dialog[open]:not(#stand)')) return;
    event.preventDefault();
    run(event);
  });
  // Where a press is a click only when the key comes up.
  scope.on(window, 'keyup', (/** @type {KeyboardEvent} */ event) => {
    if (event.key === ' ' && event.target instanceof Element && event.target.closest('[data-seek]')) event.preventDefault();
  });
}
