/**
 * What went wrong, in words.
 */

import { problemWords } from '../words.js';
import { element } from './element.js';

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
    const { title, advice } = problemWords(problem, file?.name);
    root.dataset.code = problem.code;
    root.replaceChildren(element('h2', {}, title), element('p', {}, advice));
  });
}
