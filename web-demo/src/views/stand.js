/**
 * The music stand: what sounds and what comes, large enough to read from a few steps away.
 */

import { chordChart } from '../geometry/chart.js';
import { groupOf, UNSURE } from '../geometry/overview.js';
import { barsOf, lastAtOrBefore, positionFinder } from '../geometry/position.js';
import { count, romanWithAccidentals, withAccidentals } from '../words.js';
import { groupName } from './canvas.js';
import { element, setText } from './element.js';
import { iconButton, setIcon } from './icons.js';

/** @import { ChartBar } from '../geometry/chart.js' */
/** @import { Position } from '../geometry/position.js' */
/** @import { Report } from '../report.js' */
/** @import { Scope } from '../scope.js' */
/** @import { Store } from '../state.js' */

/** Bars in a line, and lines that are seen: the one that sounds and those after it. */
const BARS = 4;
const LINES = 2;

/** @typedef {{ name: string, group: number, bars: ChartBar[] }} Line */

/**
 * @param {HTMLDialogElement} root
 * @param {Store} store
 * @param {Scope} scope
 */
export function standView(root, store, scope) {
  const section = element('p', { class: 'stand-section', id: 'stand-title' });
  const coming = element('p', { class: 'stand-coming' });
  const close = iconButton('close', 'Close the music stand', 'Esc');
  const chord = element('p', { class: 'stand-chord' });
  const roman = element('p', { class: 'stand-roman' });
  const next = element('p', { class: 'stand-next' });
  const beats = element('div', { class: 'now-beats', 'aria-hidden': 'true' });
  const now = element('div', { class: 'stand-now' }, element('div', {}, chord, element('div', { class: 'stand-under' }, roman, beats)), next);
  const lines = element('div', { class: 'stand-lines' });
  const toggle = iconButton('play', 'Play', 'space');
  toggle.classList.add('toggle');
  root.append(
    element('header', { class: 'stand-head' }, element('div', {}, section, coming), toggle, close),
    now,
    lines,
  );

  /** @type {(time: number) => Position} */
  let find = () => ({ section: -1, chord: -1, beat: -1, bar: -1, barOfSection: 0, barsInSection: 0, beatsInBar: 0 });
  /** @type {number[]} */
  let starts = [];
  /** @type {Line[]} */
  let song = [];
  let shown = '';
  let line = -1;

  store.watch(scope, ['sheet'], ({ sheet }) => {
    shown = '';
    line = -1;
    if (!sheet) return;
    find = positionFinder(sheet);
    starts = barsOf(sheet).map((bar) => bar.start);
    song = chordChart(sheet).flatMap(({ name, group, bars }) =>
      Array.from({ length: Math.ceil(bars.length / BARS) }, (_, i) => ({ name, group, bars: bars.slice(i * BARS, (i + 1) * BARS) })),
    );
  });
  store.watch(scope, ['time', 'sheet'], ({ time, sheet }) => {
    // Nobody sees it.
    if (!sheet || !root.open) return;
    const position = find(time);
    const key = `${position.section} ${position.chord} ${position.beat} ${position.bar}`;
    if (key === shown) return;
    shown = key;
    paint(sheet, position, time);
  });
  store.watch(scope, ['playing', 'playable'], ({ playing, playable }) => {
    setIcon(toggle, playing ? 'pause' : 'play');
    toggle.setAttribute('aria-label', playing ? 'Pause' : 'Play');
    toggle.toggleAttribute('disabled', !playable);
  });
  store.watch(scope, ['phase'], ({ phase }) => {
    if (phase !== 'ready') root.close();
  });
  scope.on(toggle, 'click', () => store.ask('toggle', undefined));
  scope.on(close, 'click', () => root.close());
  // A large place to press for whoever holds an instrument.
  scope.on(now, 'click', () => store.ask('toggle', undefined));
  store.answer('stand', () => {
    if (root.open) {
      root.close();
      return;
    }
    root.showModal();
    shown = '';
    line = -1;
    store.set({ time: store.state.time, sheet: store.state.sheet && { ...store.state.sheet } });
    toggle.focus();
  });
  scope.on(/** @type {HTMLElement} */ (document.getElementById('stand-open')), 'click', () => store.ask('stand', undefined));

  /** @param {Report} report @param {Position} position @param {number} time */
  function paint(report, position, time) {
    const span = report.sections[position.section];
    const sounding = report.chords[position.chord];
    const after = report.chords.slice(position.chord + 1).find(({ label }) => label !== 'N');
    const then = report.sections[position.section + 1];
    const barsLeft = position.barOfSection ? position.barsInSection - position.barOfSection + 1 : 0;
    root.dataset.group = span ? groupName(groupOf(span)) : 'none';
    setText(section, span ? `${span.name}${position.barOfSection ? ` · bar ${position.barOfSection} of ${position.barsInSection}` : ''}` : 'Music stand');
    setText(coming, !then ? '' : barsLeft ? `${then.name} in ${count(barsLeft, 'bar')}` : `then ${then.name}`);
    const isChord = sounding && sounding.label !== 'N';
    const name = isChord ? withAccidentals(sounding.name) : '–';
    setText(chord, name);
    chord.classList.toggle('long', name.length > 4);
    chord.classList.toggle('longer', name.length > 7);
    chord.classList.toggle('unsure', Boolean(isChord && sounding.confidence < UNSURE));
    setText(roman, sounding?.roman ? romanWithAccidentals(sounding.roman) : '');
    setText(next, after ? withAccidentals(after.name) : '');
    const sounds = report.beats[position.beat]?.position ?? 0;
    while (beats.children.length < position.beatsInBar) beats.append(element('i'));
    while (beats.children.length > position.beatsInBar) beats.lastChild?.remove();
    [...beats.children].forEach((dot, i) => dot.classList.toggle('sounding', i + 1 === sounds));

    const bar = lastAtOrBefore(starts, time);
    const at = Math.max(0, song.findIndex(({ bars }) => bars.some(({ index }) => index === bar)));
    if (at !== line) {
      line = at;
      lines.replaceChildren(...song.slice(at, at + LINES).map((one, i) => lineOf(one, i > 0 && one.name !== song[at].name)));
    }
    for (const cell of /** @type {NodeListOf<HTMLElement>} */ (lines.querySelectorAll('[data-bar]'))) cell.classList.toggle('sounding', Number(cell.dataset.bar) === bar);
  }
}

/** @param {Line} line @param {boolean} titled whether it is the first of another section */
function lineOf({ name, group, bars }, titled) {
  return element(
    'div',
    { class: 'stand-line', 'data-group': groupName(group) },
    titled && element('p', { class: 'stand-line-name' }, name),
    element(
      'div',
      { class: 'stand-bars' },
      ...bars.map(({ index, chords, same }) =>
        element(
          'div',
          { class: chords.length > 1 ? 'stand-bar many' : 'stand-bar', 'data-bar': index },
          ...chords.map((one) => element('span', { class: one.unsure ? 'chord unsure' : 'chord' }, same ? '%' : one.none ? 'N.C.' : withAccidentals(one.name))),
        ),
      ),
    ),
  );
}
