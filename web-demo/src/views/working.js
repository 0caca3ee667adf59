/**
 * Progress and cancel.
 */

import { fileSize, percent, stageWords } from '../words.js';
import { breakable, element, setText } from './element.js';

/** @import { Scope } from '../scope.js' */
/** @import { Store } from '../state.js' */

/**
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Scope} scope
 */
export function workingView(root, store, scope) {
  const title = element('h1', { id: 'working-title', tabindex: -1 });
  const words = element('p', { class: 'working-stage' });
  const fill = element('div', { class: 'progress-fill' });
  const bar = element(
    'div',
    { class: 'progress', role: 'progressbar', 'aria-label': 'Analysis', 'aria-valuemin': 0, 'aria-valuemax': 100 },
    fill,
  );
  const cancel = element('button', { type: 'button', class: 'button', id: 'cancel' }, 'Cancel');
  root.append(title, words, bar, cancel);
  scope.on(cancel, 'click', () => store.ask('cancel', undefined));

  store.watch(scope, ['file'], ({ file }) => title.replaceChildren(...breakable(file?.name ?? '')));
  store.watch(scope, ['progress', 'file'], ({ progress: { stage, fraction }, file }) => {
    const size = stage === 'reading' && file ? ` (${fileSize(file.size)})` : '';
    setText(words, `${stageWords(stage)}${size} …`);
    fill.style.transform = `scaleX(${fraction})`;
    bar.setAttribute('aria-valuenow', String(Math.round(fraction * 100)));
    bar.setAttribute('aria-valuetext', `${stageWords(stage)}, ${percent(fraction)}`);
  });
}
