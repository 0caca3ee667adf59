/**
 * Says to screen readers what is seen to happen: stages, the result, sections while paused.
 */

import { count, spokenDuration, stageWords, withAccidentals } from '../words.js';
import { setText } from './element.js';

/** @import { Scope } from '../scope.js' */
/** @import { Store } from '../state.js' */

/**
 * @param {HTMLElement} root a polite live region
 * @param {Store} store
 * @param {Scope} scope
 */
export function liveView(root, store, scope) {
  store.watch(scope, ['phase', 'progress', 'notice'], ({ phase, progress, report, notice }) => {
    if (phase === 'reading' || phase === 'analysing') setText(root, stageWords(progress.stage));
    else if (phase === 'ready' && report) {
      const parts = [
        `Done: ${spokenDuration(report.duration)}`,
        count(report.sections.length, 'section'),
        report.key && withAccidentals(report.key),
        report.tempo && `${Math.round(report.tempo)} beats per minute`,
        report.time_signature,
      ];
      setText(root, `${parts.filter(Boolean).join(', ')}.`);
    } else if (phase === 'idle') setText(root, notice);
    else setText(root, '');
  });
}
