/**
 * Shows the part of the page that belongs to the phase, and moves the focus there.
 */

import { sentence } from '../words.js';
import { element } from './element.js';

/** @import { Scope } from '../scope.js' */
/** @import { Store } from '../state.js' */

/** What each phase shows, and what gets the focus when it is entered. */
const PARTS = {
  idle: { show: ['start'], focus: '#choose' },
  reading: { show: ['working'], focus: '#working-title' },
  analysing: { show: ['working'], focus: '' },
  ready: { show: ['song'], focus: '#song-title' },
  error: { show: ['start'], focus: '#choose' },
};
const ALL = ['start', 'working', 'song'];

/**
 * @param {HTMLElement} body
 * @param {Store} store
 * @param {Scope} scope
 */
export function phasesView(body, store, scope) {
  const title = document.title;
  let entered = 'idle';

  const problem = /** @type {HTMLElement} */ (document.getElementById('problem'));
  store.watch(scope, ['problem', 'phase'], ({ problem: said, phase }) => {
    problem.hidden = !said || phase === 'reading' || phase === 'analysing';
  });

  store.watch(scope, ['phase', 'id'], ({ phase, report, file }) => {
    body.dataset.phase = phase;
    for (const id of ALL) {
      const part = document.getElementById(id);
      if (part) part.hidden = !PARTS[phase].show.includes(id);
    }
    document.title = report && phase === 'ready' ? `${report.source.tags.title || report.source.name || file?.name} · ${title}` : title;
    if (phase !== entered) {
      const target = PARTS[phase].focus && body.querySelector(PARTS[phase].focus);
      if (target instanceof HTMLElement) target.focus({ preventScroll: true });
      if (phase !== 'analysing') window.scrollTo({ top: 0 });
    }
    entered = phase;
  });

  let shown = '';
  const notice = /** @type {HTMLElement} */ (document.getElementById('notice'));
  store.watch(scope, ['phase', 'notice', 'playable', 'file', 'found', 'queue'], ({ phase, notice: text, playable, file, found: report, queue }) => {
    const words = phase === 'error' ? [] : [text];
    if (phase === 'ready' && report) {
      if (!file) words.push('Its audio is not here: choose the file with Play to hear it.');
      if (playable === false) {
        words.push(
          `This browser cannot play this ${report.source.container.toUpperCase()} file (${report.source.codec}). Its analysis is complete.`,
        );
      }
      const done = queue.filter(({ state }) => state === 'done' || state === 'failed').length;
      if (queue.length > done) words.push(`Of the other files ${done} of ${queue.length} are analysed.`);
      words.push(...report.warnings.map(({ message }) => sentence(message)));
    }
    const said = words.filter(Boolean);
    // Progress inside a file changes nothing here, and is not read out again.
    if (said.join('\n') === shown) return;
    shown = said.join('\n');
    notice.hidden = said.length === 0;
    notice.replaceChildren(...said.map((line) => element('p', {}, line)));
  });
}
