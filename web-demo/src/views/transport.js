/**
 * The dock: play, sections back and on, what repeats, and the tools for practising. Always in reach.
 */

import { spanAt } from '../geometry/position.js';
import { clock, withAccidentals } from '../words.js';
import { element, setText } from './element.js';
import { iconButton, setIcon } from './icons.js';

/** @import { Scope } from '../scope.js' */
/** @import { Store } from '../state.js' */

/**
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Scope} scope
 */
export function transportView(root, store, scope) {
  const back = iconButton('back', 'Previous section', '[');
  const toggle = iconButton('play', 'Play', 'space');
  toggle.classList.add('toggle');
  toggle.id = 'toggle';
  const on = iconButton('on', 'Next section', ']');
  const loop = iconButton('loop', 'Repeat this section', 'L');
  loop.id = 'loop';
  const click = iconButton('click', 'Metronome', 'M');
  click.id = 'click';
  const now = element('span', { class: 'time-now' });
  const total = element('span', { class: 'time-total' });
  const chordName = element('strong');
  const sectionName = element('span');
  const sounding = element('span', { class: 'dock-now', hidden: true }, chordName, ' ', sectionName);
  const what = element('button', { type: 'button', class: 'loop-name', hidden: true, title: 'Stop repeating (L)' });
  const tools = element(
    'button',
    { type: 'button', class: 'button quiet', id: 'practise-toggle', 'aria-expanded': 'false', 'aria-controls': 'practise' },
    'Practise',
  );
  root.append(
    back,
    toggle,
    on,
    element('span', { class: 'time' }, now, element('span', { 'aria-hidden': 'true' }, ' / '), total),
    sounding,
    element('span', { class: 'spring' }, what),
    loop,
    click,
    tools,
  );

  scope.on(back, 'click', () => store.ask('section', -1));
  scope.on(on, 'click', () => store.ask('section', 1));
  scope.on(toggle, 'click', () => {
    const { file, report } = store.state;
    // Without its audio the button asks for it.
    if (report && !file) document.getElementById('attach-file')?.click();
    else store.ask('toggle', undefined);
  });
  scope.on(loop, 'click', () => store.ask('loop', undefined));
  scope.on(what, 'click', () => store.ask('repeat', null));
  scope.on(click, 'click', () => store.ask('click', { on: !store.state.click.on }));

  store.watch(scope, ['time', 'report'], ({ time, report }) => {
    setText(now, clock(time));
    setText(total, clock(report?.duration ?? 0));
  });
  // What sounds is said here as long as the panel that says it is away.
  scope.watchSeen(/** @type {HTMLElement} */ (document.getElementById('now')), (seen) => {
    sounding.hidden = seen;
  });
  store.watch(scope, ['time', 'sheet'], ({ time, sheet }) => {
    const chord = sheet?.chords[spanAt(sheet.chords, time)];
    const section = sheet?.sections[spanAt(sheet.sections, time)];
    setText(chordName, chord && chord.label !== 'N' ? withAccidentals(chord.name) : '');
    setText(sectionName, section?.name ?? '');
  });
  store.watch(scope, ['playing', 'playable', 'file', 'counting'], ({ playing, playable, file, counting }) => {
    setIcon(toggle, playing ? 'pause' : 'play');
    const words = !file ? 'Choose the file to play it' : playable === false ? 'This browser cannot play the file' : playing ? 'Pause' : 'Play';
    toggle.setAttribute('aria-label', words);
    toggle.title = `${words} (space)`;
    toggle.toggleAttribute('disabled', file !== null && !playable);
    toggle.classList.toggle('counting', counting);
  });
  store.watch(scope, ['loop'], ({ loop: span }) => {
    loop.setAttribute('aria-pressed', String(span !== null));
    what.hidden = span === null;
    setText(what, span ? `⟳ ${span.name}` : '');
    what.setAttribute('aria-label', span ? `Repeating ${span.name}. Stop repeating` : '');
  });
  store.watch(scope, ['click'], ({ click: { on: isOn } }) => click.setAttribute('aria-pressed', String(isOn)));
}
