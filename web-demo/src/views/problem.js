/**
 * What went wrong, in words.
 */

import { problemWords } from '../words.js';
import { breakable, element } from './element.js';

/** @import { Scope } from '../scope.js' */
/** @import { Store } from '../state.js' */

/**
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Scope} scope
 */
export function problemView(root, store, scope) {
  store.watch(scope, ['problem'], ({ problem, file }) => {
    if (!problem) {
      root.replaceChildren();
      return;
    }
    const { title, advice } = problemWords(problem, problem.name ?? file?.name);
    root.dataset.code = problem.code;
    const close = element('button', { type: 'button', class: 'button quiet' }, 'Close');
    root.replaceChildren(element('h2', {}, ...breakable(title)), element('p', {}, advice), close);
  });
  scope.on(root, 'click', (event) => {
    if (event.target instanceof HTMLButtonElement) store.ask('dismiss', undefined);
  });
}
