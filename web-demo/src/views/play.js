/**
 * Chords to play: another key, a capo, simpler chords, and how they are held.
 */

import { spanAt } from '../geometry/position.js';
import { transposeKey } from '../theory.js';
import { withAccidentals } from '../words.js';
import { diagram } from './diagrams.js';
import { element, setText } from './element.js';

/** @import { Scope } from '../scope.js' */
/** @import { Store } from '../state.js' */

/** Most chords whose shapes are shown. */
const MOST = 24;

/**
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Scope} scope
 */
export function playView(root, store, scope) {
  const key = element('output', { class: 'stepper-value', id: 'play-key' });
  const capo = element('output', { class: 'stepper-value', id: 'play-capo' });
  const simple = element('input', { type: 'checkbox', id: 'play-simple' });
  const instrument = element(
    'select',
    { id: 'play-instrument', 'aria-label': 'Instrument' },
    ...['guitar', 'ukulele', 'piano'].map((name) => element('option', { value: name }, name[0].toUpperCase() + name.slice(1))),
  );
  const follow = element('input', { type: 'checkbox', id: 'play-follow' });
  const step = (/** @type {string} */ words, /** @type {string} */ sign, /** @type {() => void} */ run) => {
    const button = element('button', { type: 'button', class: 'icon small', 'aria-label': words, title: words }, sign);
    scope.on(button, 'click', run);
    return button;
  };
  const by = (/** @type {number} */ n) => () => store.ask('play', { transpose: store.state.play.transpose + n });
  const fret = (/** @type {number} */ n) => () => store.ask('play', { capo: store.state.play.capo + n });
  const now = element('div', { class: 'diagram-now', 'aria-live': 'off' });
  const all = element('div', { class: 'diagrams' });
  root.append(
    element(
      'div',
      { class: 'play-tools' },
      element('div', { class: 'stepper', role: 'group', 'aria-label': 'Key to play in' }, 'Key', step('A semitone lower', '−', by(-1)), key, step('A semitone higher', '+', by(1))),
      element('div', { class: 'stepper', role: 'group', 'aria-label': 'Capo' }, 'Capo', step('Capo a fret lower', '−', fret(-1)), capo, step('Capo a fret higher', '+', fret(1))),
      element('label', { class: 'check', for: 'play-simple' }, simple, 'Triads only'),
      instrument,
      element('label', { class: 'check', for: 'play-follow', title: 'The bar that sounds stays in view' }, follow, 'Scroll along'),
    ),
    element('div', { class: 'play-shapes', tabindex: 0, role: 'region', 'aria-label': 'Chord diagrams' }, now, all),
  );
  scope.on(simple, 'change', () => store.ask('play', { simple: simple.checked }));
  scope.on(follow, 'change', () => store.ask('follow', follow.checked));
  store.watch(scope, ['follow'], (state) => (follow.checked = state.follow));
  scope.on(instrument, 'change', () => store.ask('play', { instrument: instrument.value }));

  store.watch(scope, ['play', 'report'], ({ play, report }) => {
    const to = report?.key ? withAccidentals(transposeKey(report.key, play.transpose)) : '–';
    const semitones = play.transpose ? ` (${play.transpose > 0 ? '+' : '−'}${Math.abs(play.transpose)})` : '';
    setText(key, to + semitones);
    setText(capo, play.capo ? `fret ${play.capo}` : 'none');
    simple.checked = play.simple;
    // The heading on paper tells how the song sounds, this how it is written there.
    const written = report?.key ? `written in ${withAccidentals(transposeKey(report.key, play.transpose - play.capo))}` : 'transposed';
    const remarks = [(play.transpose !== 0 || play.capo !== 0) && written, play.capo > 0 && `capo on fret ${play.capo}`, play.transpose !== 0 && `sounds in ${to}`, play.simple && 'triads only'];
    setText(/** @type {HTMLElement} */ (document.getElementById('played')), remarks.filter(Boolean).join(' · '));
    instrument.value = play.instrument;
  });
  let shown = '';
  store.watch(scope, ['sheet', 'play'], ({ sheet, play }) => {
    /** @type {Map<string, number>} */
    const seconds = new Map();
    for (const { label, name, start, end } of sheet?.chords ?? []) {
      if (label !== 'N') seconds.set(name, (seconds.get(name) ?? 0) + end - start);
    }
    const names = [...seconds].toSorted((a, b) => b[1] - a[1]).slice(0, MOST).map(([name]) => name);
    all.replaceChildren(...names.map((name) => figure(name, play.instrument)));
    shown = '';
  });
  store.watch(scope, ['time', 'sheet', 'play'], ({ time, sheet, play }) => {
    const chord = sheet?.chords[spanAt(sheet.chords, time)];
    const name = chord && chord.label !== 'N' ? chord.name : '';
    if (name === shown) return;
    shown = name;
    now.replaceChildren(...(name ? [figure(name, play.instrument)] : []));
  });
}

/** @param {string} name @param {string} instrument */
const figure = (name, instrument) => element('figure', { class: 'diagram' }, element('figcaption', {}, withAccidentals(name)), diagram(name, instrument));
