/**
 * Tools for practising: speed and pitch, clicks, what is repeated and how.
 */

import { barsLoop } from '../playback/loops.js';
import { element, setText } from './element.js';

/** @import { Scope } from '../scope.js' */
/** @import { Store } from '../state.js' */

/**
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Scope} scope
 */
export function practiseView(root, store, scope) {
  const rate = slider('rate', 'Speed', { min: 50, max: 150, step: 5 });
  const pitch = slider('pitch', 'Pitch', { min: -12, max: 12, step: 1 });
  const volume = slider('click-volume', 'Click', { min: 0, max: 100, step: 5 });
  const countIn = check('count-in', 'Count in a bar');
  const pause = check('loop-pause', 'A bar of rest before each repeat');
  const section = element('button', { type: 'button', class: 'button' }, 'Section');
  const phrase = element('button', { type: 'button', class: 'button' }, 'Phrase');
  const from = element('button', { type: 'button', class: 'button', id: 'repeat-from', title: 'Repeat the bar that sounds' }, 'From this bar');
  const to = element('button', { type: 'button', class: 'button', id: 'repeat-to', title: 'Repeat up to the bar that sounds' }, 'to this bar');
  const reset = element('button', { type: 'button', class: 'button' }, 'As recorded');
  root.append(
    rate.row,
    pitch.row,
    reset,
    volume.row,
    countIn.row,
    pause.row,
    element('div', { class: 'buttons', role: 'group', 'aria-label': 'Repeat' }, element('span', { 'aria-hidden': 'true' }, 'Repeat'), section, phrase, from, to),
    element('p', { class: 'hint' }, 'Bars are also repeated by dragging over them in the chart, or over the timeline with Shift.'),
  );

  scope.on(rate.input, 'input', () => store.ask('rate', Number(rate.input.value) / 100));
  scope.on(pitch.input, 'input', () => store.ask('pitch', Number(pitch.input.value)));
  scope.on(volume.input, 'input', () => store.ask('click', { volume: Number(volume.input.value) / 100 }));
  scope.on(countIn.input, 'change', () => store.ask('click', { countIn: countIn.input.checked }));
  scope.on(pause.input, 'change', () => store.ask('click', { pause: pause.input.checked }));
  scope.on(section, 'click', () => {
    store.ask('repeat', null);
    store.ask('loop', undefined);
  });
  scope.on(phrase, 'click', () => store.ask('phrase', undefined));
  /** Where a repeat of bars is to start: whoever then goes on to its end leaves it for a moment. @type {number | null} */
  let begun = null;
  store.watch(scope, ['id'], () => (begun = null));
  scope.on(from, 'click', () => {
    const { report, time } = store.state;
    begun = time;
    if (report) store.ask('repeat', barsLoop(report, time, time));
  });
  scope.on(to, 'click', () => {
    const { report, time, loop } = store.state;
    if (report) store.ask('repeat', barsLoop(report, begun ?? loop?.start ?? time, time));
  });
  scope.on(reset, 'click', () => {
    store.ask('rate', 1);
    store.ask('pitch', 0);
  });

  store.watch(scope, ['rate', 'pitch', 'report'], ({ rate: speed, pitch: semitones, report }) => {
    rate.input.value = String(Math.round(speed * 100));
    const bpm = report?.tempo ? ` · ${Math.round(report.tempo * speed)} BPM` : '';
    rate.say(`${Math.round(speed * 100)} %${bpm}`);
    pitch.input.value = String(semitones);
    pitch.say(semitones === 0 ? 'as recorded' : `${semitones > 0 ? '+' : '−'}${Math.abs(semitones)} semitone${Math.abs(semitones) === 1 ? '' : 's'}`);
    reset.disabled = speed === 1 && semitones === 0;
  });
  store.watch(scope, ['click'], ({ click }) => {
    volume.input.value = String(Math.round(click.volume * 100));
    volume.say(`${Math.round(click.volume * 100)} %`);
    countIn.input.checked = click.countIn;
    pause.input.checked = click.pause;
  });

  const toggle = /** @type {HTMLElement} */ (document.getElementById('practise-toggle'));
  const show = (/** @type {boolean} */ shown) => {
    root.hidden = !shown;
    toggle.setAttribute('aria-expanded', String(shown));
  };
  scope.on(toggle, 'click', () => show(root.hidden));
  scope.on(root, 'keydown', (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== 'Escape') return;
    show(false);
    toggle.focus();
  });
}

/** @param {string} id @param {string} words @param {Record<string, number>} bounds */
function slider(id, words, bounds) {
  const input = element('input', { id, type: 'range', ...bounds });
  const value = element('output', { for: id });
  return {
    input,
    row: element('label', { class: 'slider', for: id }, element('span', {}, words), input, value),
    /** @param {string} said */
    say: (said) => {
      setText(value, said);
      input.setAttribute('aria-valuetext', said);
    },
  };
}

/** @param {string} id @param {string} words */
function check(id, words) {
  const input = element('input', { id, type: 'checkbox' });
  return { input, row: element('label', { class: 'check', for: id }, input, words) };
}
