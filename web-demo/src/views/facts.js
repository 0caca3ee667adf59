/**
 * What else is known: the file, loudness, tuning, rhythm.
 */

import { clock, fileSize, percent } from '../words.js';
import { element } from './element.js';

/** @import { Report } from '../report.js' */
/** @import { Scope } from '../scope.js' */
/** @import { Store } from '../state.js' */

/**
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Scope} scope
 */
export function factsView(root, store, scope) {
  store.watch(scope, ['report', 'elapsed'], ({ report, elapsed }) => {
    const facts = report ? factsOf(report, elapsed) : [];
    root.replaceChildren(
      element(
        'dl',
        { class: 'facts' },
        ...facts.map(([term, value]) => element('div', {}, element('dt', {}, term), element('dd', {}, value))),
      ),
    );
  });
}

/**
 * @param {Report} report
 * @param {number} elapsed
 * @returns {[string, string][]}
 */
function factsOf({ source, loudness, tuning, rhythm, duration, analysis_version: version }, elapsed) {
  /** @type {(digits: number) => (value: number | null | undefined, unit?: string) => string} */
  const fixed = (digits) => (value, unit = '') => (value == null ? '' : `${value.toFixed(digits)}${unit}`.replace('-', '−'));
  const [whole, tenths] = [fixed(0), fixed(1)];
  const channels = source.channels === 1 ? 'mono' : source.channels === 2 ? 'stereo' : `${source.channels} channels`;
  /** @type {[string, string][]} */
  const facts = [
    ['File', `${source.container}, ${source.codec}, ${source.sample_rate / 1000} kHz ${channels}, ${fileSize(source.bytes)}`],
    ['Loudness', tenths(loudness.integrated_lufs, ' LUFS')],
    ['Loudness range', tenths(loudness.range_lu, ' LU')],
    ['True peak', tenths(loudness.true_peak_dbtp, ' dBTP')],
    ['Tuning', tuning ? `A = ${tuning.a4_hz.toFixed(1)} Hz (${tuning.cents >= 0 ? '+' : '−'}${Math.abs(tuning.cents).toFixed(0)} cents)` : ''],
    ['Pulse clarity', rhythm.pulse_clarity == null ? '' : percent(rhythm.pulse_clarity)],
    ['Steadiness of tempo', rhythm.tempo_stability == null ? '' : percent(rhythm.tempo_stability)],
    ['Syncopation', rhythm.syncopation == null ? '' : percent(rhythm.syncopation)],
    ['Swing', rhythm.swing_ratio == null ? '' : `${rhythm.swing_ratio.toFixed(2)} : 1`],
    ['Off the grid by', whole(rhythm.microtiming_ms, ' ms')],
    ['Notes and hits', tenths(rhythm.onset_rate_hz, ' a second')],
    ['Analysis', `${elapsed.toFixed(1)} s for ${clock(duration)}, version ${version}`],
  ];
  return facts.filter(([, value]) => value !== '');
}
