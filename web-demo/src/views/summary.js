/**
 * Title, key, tempo, meter and length, each with how sure it is.
 */

import { clock, percent, spokenDuration, sureness, withAccidentals } from '../words.js';
import { breakable, element } from './element.js';

/** @import { Report } from '../report.js' */
/** @import { Scope } from '../scope.js' */
/** @import { Store } from '../state.js' */

/** Another answer is named when it has at least this probability. */
const WORTH_NAMING = 0.1;

/**
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Scope} scope
 */
export function summaryView(root, store, scope) {
  store.watch(scope, ['report', 'used'], ({ report, file, used }) => {
    if (!report) {
      root.replaceChildren();
      return;
    }
    const { tags, name } = report.source;
    const title = tags.title || name || file?.name || 'Untitled';
    const under = [tags.artist, tags.album].filter(Boolean).join(' · ') || (tags.title ? (name ?? '') : '');
    const how = Object.values(used).join(', ');
    root.replaceChildren(
      element(
        'div',
        { class: 'titles' },
        element('h1', { id: 'song-title', tabindex: -1 }, ...breakable(title)),
        under && element('p', { class: 'artist' }, ...breakable(under)),
        how && element('p', { class: 'artist' }, `analysed with other options: ${how}`),
      ),
      element('dl', { class: 'answers' }, ...answersOf(report)),
    );
  });
}

/** @param {Report} report */
function answersOf(report) {
  const { key, tempo, time_signature: meter, duration } = report;
  const otherKey = report.key_candidates[1];
  const otherTempo = report.tempo_candidates[1];
  const tempi = report.tempo_curve.map(({ bpm }) => Math.round(bpm));
  const [slowest, fastest] = [Math.min(...tempi), Math.max(...tempi)];
  const changes = report.keys.length - 1;

  return [
    answer('Key', key && withAccidentals(key), report.key_confidence, [
      otherKey?.confidence >= WORTH_NAMING && `or ${withAccidentals(otherKey.key)}`,
      changes > 0 && `${changes} key change${changes === 1 ? '' : 's'}`,
    ]),
    answer('Tempo', tempo && `${Math.round(tempo * 10) / 10}`, report.tempo_confidence, [
      otherTempo?.confidence >= WORTH_NAMING && `or ${Math.round(otherTempo.bpm)}`,
      tempi.length > 1 && slowest !== fastest && `from ${slowest} to ${fastest}`,
    ], 'BPM'),
    answer('Meter', meter, report.time_signature_confidence, [
      report.time_signatures.length > 1 && 'changes on the way',
    ]),
    answer('Length', clock(duration), null, [], '', spokenDuration(duration)),
  ];
}

/**
 * @param {string} term
 * @param {string | null | 0} value
 * @param {number | null} confidence
 * @param {(string | false)[]} remarks
 * @param {string} [unit]
 * @param {string} [spoken]
 */
function answer(term, value, confidence, remarks, unit = '', spoken) {
  const said = remarks.filter((remark) => remark !== false);
  return element(
    'div',
    { class: 'answer' },
    element('dt', {}, term),
    element(
      'dd',
      {},
      element(
        'strong',
        { class: value ? '' : 'nothing' },
        spoken ? element('span', { class: 'visually-hidden' }, spoken) : null,
        element('span', { 'aria-hidden': spoken ? 'true' : null }, value || 'none found'),
        value && unit ? element('small', {}, ` ${unit}`) : null,
      ),
      value && confidence !== null
        ? element(
            'span',
            { class: 'sure', 'data-sure': sureness(confidence), title: `${percent(confidence)} sure` },
            element('meter', { min: 0, max: 1, value: confidence, 'aria-hidden': 'true' }),
            `${sureness(confidence)} · ${percent(confidence)}`,
          )
        : null,
      said.length > 0 ? element('span', { class: 'remark' }, said.join(' · ')) : null,
    ),
  );
}
