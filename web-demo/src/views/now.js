/**
 * Where the music is: section, bar, beat, this chord and the next.
 */

import { groupOf, UNSURE } from '../geometry/overview.js';
import { positionFinder } from '../geometry/position.js';
import { romanWithAccidentals, withAccidentals } from '../words.js';
import { groupName } from './canvas.js';
import { element, setText } from './element.js';

/** @import { Position } from '../geometry/position.js' */
/** @import { Report } from '../report.js' */
/** @import { Scope } from '../scope.js' */
/** @import { Store } from '../state.js' */

/**
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Scope} scope
 */
export function nowView(root, store, scope) {
  const section = element('p', { class: 'now-section' });
  const bar = element('p', { class: 'now-bar' });
  const chord = element('p', { class: 'now-chord' });
  const roman = element('p', { class: 'now-roman' });
  const doubt = element('span', { class: 'now-doubt' });
  const next = element('p', { class: 'now-next' });
  const beats = element('div', { class: 'now-beats', 'aria-hidden': 'true' });
  root.append(
    element('div', { class: 'now-where' }, section, bar, beats),
    element('div', { class: 'now-what' }, chord, element('div', { class: 'now-under' }, roman, doubt)),
    next,
  );

  /** @type {(time: number) => Position} */
  let find = () => ({ section: -1, chord: -1, beat: -1, bar: -1, barOfSection: 0, barsInSection: 0, beatsInBar: 0 });
  let shown = '';

  store.watch(scope, ['sheet'], ({ sheet }) => {
    if (sheet) find = positionFinder(sheet);
    shown = '';
  });

  store.watch(scope, ['time', 'sheet'], ({ time, sheet }) => {
    if (!sheet) return;
    const position = find(time);
    // Most frames change nothing here.
    const key = `${position.section} ${position.chord} ${position.beat} ${position.bar}`;
    if (key === shown) return;
    shown = key;
    paint(sheet, position);
  });

  /** @param {Report} report @param {Position} position */
  function paint(report, position) {
    const span = report.sections[position.section];
    const sounding = report.chords[position.chord];
    const coming = report.chords.slice(position.chord + 1).find((chord) => chord.label !== 'N');
    root.dataset.group = span ? groupName(groupOf(span)) : 'none';
    setText(section, span?.name ?? '');
    setText(bar, position.barOfSection ? `bar ${position.barOfSection} of ${position.barsInSection}` : '');
    const name = sounding && sounding.label !== 'N' ? withAccidentals(sounding.name) : '–';
    const unsure = name !== '–' && sounding.confidence < UNSURE;
    setText(chord, name);
    // A wide name is written smaller: the card keeps its height.
    chord.classList.toggle('long', name.length > 5);
    chord.classList.toggle('longer', name.length > 8);
    chord.classList.toggle('unsure', unsure);
    setText(doubt, unsure ? 'a guess' : '');
    setText(roman, sounding?.roman ? romanWithAccidentals(sounding.roman) : '');
    setText(next, coming ? `then ${withAccidentals(coming.name)}` : '');
    const sounds = report.beats[position.beat]?.position ?? 0;
    while (beats.children.length < position.beatsInBar) beats.append(element('i'));
    while (beats.children.length > position.beatsInBar) beats.lastChild?.remove();
    [...beats.children].forEach((dot, i) => dot.classList.toggle('sounding', i + 1 === sounds));
  }
}
