/**
 * The chords as a table.
 */

import { spanAt } from '../geometry/position.js';
import { clockTenths, percent, romanWithAccidentals, withAccidentals } from '../words.js';
import { element } from './element.js';

/** @import { Scope } from '../scope.js' */
/** @import { Store } from '../state.js' */

/**
 * @param {HTMLElement} root within a `<details>`
 * @param {Store} store
 * @param {Scope} scope
 */
export function chordsView(root, store, scope) {
  const fold = /** @type {HTMLDetailsElement} */ (root.closest('details'));
  /** @type {unknown} */
  let painted = null;

  /** Long, so made only when it is looked at. */
  const paint = () => {
    const { sheet: report } = store.state;
    if (!report || !fold.open || painted === report) return;
    painted = report;
    if (report.chords.length === 0) {
      root.replaceChildren(element('p', { class: 'empty' }, 'No chords were heard.'));
      return;
    }
    const heads = ['Time', 'Section', 'Chord', 'Function', 'Sure'];
    root.replaceChildren(
      element(
        'table',
        { class: 'chord-table' },
        element('caption', { class: 'visually-hidden' }, 'Chords in order of time'),
        element('thead', {}, element('tr', {}, ...heads.map((head) => element('th', { scope: 'col' }, head)))),
        element(
          'tbody',
          {},
          ...report.chords.map((chord) =>
            element(
              'tr',
              {},
              element(
                'td',
                {},
                element('button', { type: 'button', class: 'link', 'data-seek': true, 'data-time': chord.start }, clockTenths(chord.start)),
              ),
              element('td', {}, report.sections[spanAt(report.sections, chord.start)]?.name ?? ''),
              element('th', { scope: 'row' }, withAccidentals(chord.name)),
              element('td', {}, romanWithAccidentals(chord.roman ?? '')),
              element('td', {}, percent(chord.confidence)),
            ),
          ),
        ),
      ),
    );
  };
  scope.on(fold, 'toggle', paint);
  store.watch(scope, ['sheet'], ({ sheet: report }) => {
    if (!report) root.replaceChildren();
    painted = null;
    paint();
  });
  scope.on(root, 'click', (event) => {
    const button = event.target instanceof Element && event.target.closest('button');
    if (button) store.ask('seek', Number(button.dataset.time));
  });
}
