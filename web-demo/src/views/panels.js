/**
 * What opens over the page: the export menu and the map of the keyboard; and the start page as a place
 * to go back to.
 */

/** @import { Scope } from '../scope.js' */
/** @import { Store } from '../state.js' */

/**
 * @param {HTMLElement} body
 * @param {Store} store
 * @param {Scope} scope
 */
export function panelsView(body, store, scope) {
  for (const opener of body.querySelectorAll('[data-dialog]')) {
    const dialog = /** @type {HTMLDialogElement} */ (document.getElementById(/** @type {HTMLElement} */ (opener).dataset.dialog ?? ''));
    scope.on(opener, 'click', () => dialog.showModal());
    scope.on(dialog, 'click', (event) => {
      const target = event.target;
      // Beside it, or on its closing button.
      if (target === dialog || (target instanceof Element && target.closest('[data-close]'))) dialog.close();
    });
  }
  // The start page keeps the song: its link leads back to it.
  const back = /** @type {HTMLAnchorElement} */ (body.querySelector('#back-to-song'));
  store.watch(scope, ['phase', 'report', 'id'], ({ phase, report, id }) => {
    back.hidden = phase !== 'idle' || !report;
    back.textContent = report ? `Back to ${report.source.tags.title || report.source.name || 'the song'}` : '';
    back.href = id ? `#song=${id}` : '#';
  });
  scope.on(back, 'click', (event) => {
    event.preventDefault();
    store.set({ phase: 'ready' });
    if (store.state.id) history.pushState(null, '', `#song=${store.state.id}`);
  });
  scope.on(/** @type {HTMLElement} */ (body.querySelector('.brand')), 'click', (event) => {
    event.preventDefault();
    if (store.state.phase === 'reading' || store.state.phase === 'analysing') store.ask('cancel', undefined);
    store.set({ phase: 'idle', notice: '', problem: null });
    if (location.hash) history.pushState(null, '', '#');
  });
}
