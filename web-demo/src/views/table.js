/**
 * The structure as a table, for screen readers and whoever likes tables.
 */

import { clockTenths, phraseLetters, percent, withAccidentals } from '../words.js';
import { element } from './element.js';

/** @import { Scope } from '../scope.js' */
/** @import { Store } from '../state.js' */

const HEADS = ['Section', 'Material', 'From', 'To', 'Bars', 'Phrases', 'Key', 'Chords', 'Sure'];

/**
 * @param {HTMLElement} root within a `<details>`
 * @param {Store} store
 * @param {Scope} scope
 */
export function tableView(root, store, scope) {
  store.watch(scope, ['sheet'], ({ sheet }) => {
    if (!sheet) {
      root.replaceChildren();
      return;
    }
    const chordsOf = (/** @type {{ start: number, end: number }} */ { start, end }) => {
      const names = sheet.chords.filter((chord) => chord.label !== 'N' && chord.start < end - 0.05 && chord.end > start + 0.05).map(({ name }) => withAccidentals(name));
      return [...new Set(names)].slice(0, 12).join(' ');
    };
    root.replaceChildren(
      element(
        'div',
        { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Structure as a table' },
        element(
          'table',
          { class: 'chord-table' },
          element('caption', { class: 'visually-hidden' }, 'Sections in order of time'),
          element('thead', {}, element('tr', {}, ...HEADS.map((head) => element('th', { scope: 'col' }, head)))),
          element(
            'tbody',
            {},
            ...sheet.sections.map((section) =>
              element(
                'tr',
                {},
                element('th', { scope: 'row' }, section.name),
                element('td', {}, section.group),
                element('td', {}, clockTenths(section.start)),
                element('td', {}, clockTenths(section.end)),
                element('td', {}, section.bars === null ? '' : String(section.bars)),
                element('td', {}, phraseLetters(section.phrases)),
                element('td', {}, section.key ? withAccidentals(section.key) : ''),
                element('td', {}, chordsOf(section)),
                element('td', {}, percent(section.confidence)),
              ),
            ),
          ),
        ),
      ),
    );
  });
}
