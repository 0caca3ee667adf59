/**
 * Asks once whether the audio of songs may stay on the device.
 */

import { element } from './element.js';

/** @import { Scope } from '../scope.js' */
/** @import { Store } from '../state.js' */

/**
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Scope} scope
 */
export function keepView(root, store, scope) {
  const yes = element('button', { type: 'button', class: 'button quiet', id: 'keep-yes' }, 'Keep the audio too');
  const no = element('button', { type: 'button', class: 'button quiet', id: 'keep-no' }, 'Only the analysis');
  root.append(element('p', {}, 'This song stays in your library on this device. With its audio, it plays at once when you come back.'), yes, no);
  scope.on(yes, 'click', () => store.ask('keeping', 'keep'));
  scope.on(no, 'click', () => store.ask('keeping', 'no'));
  store.watch(scope, ['keeping', 'phase', 'file'], ({ keeping, phase, file }) => (root.hidden = keeping !== 'ask' || phase !== 'ready' || !file));
}
