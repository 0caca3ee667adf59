/**
 * The tools of correction: for the whole song, and for the section and chord at the cursor.
 */

import { barsOf, spanAt } from '../geometry/position.js';
import { harteOf, KEYS, QUALITIES, readChord } from '../theory.js';
import { count, withAccidentals } from '../words.js';
import { element, setText } from './element.js';
import { snapped } from '../timeline/pointer.js';

/** @import { Report } from '../report.js' */
/** @import { Scope } from '../scope.js' */
/** @import { Store } from '../state.js' */

const METERS = ['2/4', '3/4', '4/4', '5/4', '6/8', '7/8', '9/8', '12/8'];
const LABELS = ['intro', 'verse', 'pre-chorus', 'chorus', 'post-chorus', 'bridge', 'instrumental', 'solo', 'breakdown', 'outro', 'silence', 'section'];
const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];

/** A minor second below and above concert pitch. */
const A4 = { min: 415, max: 467 };

/**
 * The bar line before or after the one at `time`, in seconds; without bars, a second from it.
 * @param {Report} report
 * @param {number} time
 * @param {1 | -1} by
 */
function barBeside(report, time, by) {
  const starts = barsOf(report).map((bar) => bar.start);
  return starts[starts.indexOf(snapped(report, time, false)) + by] ?? time + by;
}

/**
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Scope} scope
 */
export function correctView(root, store, scope) {
  /** @param {string} id @param {string} words @param {() => void} run @param {string} [hint] */
  const button = (id, words, run, hint) => {
    const made = element('button', { type: 'button', class: 'button quiet', id, title: hint }, words);
    scope.on(made, 'click', run);
    return made;
  };
  /** @param {string} id @param {string} label @param {readonly string[]} values @param {(value: string) => void} run */
  const select = (id, label, values, run) => {
    const made = element('select', { id, 'aria-label': label }, ...values.map((value) => element('option', { value }, withAccidentals(value) || '–')));
    scope.on(made, 'change', () => run(made.value));
    return made;
  };
  /** @param {string} title @param {...(Node | string)} tools */
  const group = (title, ...tools) => element('fieldset', { class: 'tools' }, element('legend', {}, title), ...tools);
  const now = () => {
    const { report, time } = store.state;
    const sections = report?.sections ?? [];
    const chords = report?.chords ?? [];
    const keys = report?.keys ?? [];
    const [at, on] = [spanAt(sections, time), spanAt(chords, time)];
    return { report, time, at, section: sections[at], chord: chords[on], part: keys[spanAt(keys, time)] };
  };

  // The whole song
  const meter = select('edit-meter', 'Meter', METERS, (value) => store.ask('edit', { edit: 'set_meter', value }));
  const key = select('edit-key', 'Key of the song', KEYS, (value) => store.ask('edit', { edit: 'set_key', key: value }));
  const partKey = select('edit-part-key', 'Key of this part', KEYS, (value) => store.ask('edit', { edit: 'set_key', key: value, at: store.state.time }));
  const keyFrom = select('edit-key-from', 'Change of key here to', ['', ...KEYS], (value) => {
    const { report, time } = now();
    if (report && value) store.ask('edit', { edit: 'change_key', at: snapped(report, time, false), key: value });
    keyFrom.value = '';
  });
  /** @param {1 | -1} by */
  const moveKey = (by) => {
    const { report, part } = now();
    if (!report || !part?.start) return;
    const to = barBeside(report, part.start, by);
    store.ask('edit', { edit: 'move_key', from: part.start, to });
    if (store.state.time < to) store.ask('seek', to + 0.01);
  };
  const keyEarlier = button('edit-key-earlier', '◂ Start', () => moveKey(-1), 'This key starts a bar earlier');
  const keyLater = button('edit-key-later', 'Start ▸', () => moveKey(1), 'This key starts a bar later');
  const tuning = element('input', { type: 'number', id: 'edit-tuning', step: 'any', ...A4, 'aria-label': 'A4 in hertz' });
  scope.on(tuning, 'change', () => {
    if (tuning.checkValidity() && tuning.value) store.ask('edit', { edit: 'set_tuning', a4_hz: Number(tuning.value) });
  });
  const beat = group(
    'Beat',
    button('edit-halve', '½ tempo', () => store.ask('edit', { edit: 'halve_tempo' }), 'Every second beat'),
    button('edit-double', '2 × tempo', () => store.ask('edit', { edit: 'double_tempo' }), 'Twice as many beats'),
    meter,
    button('edit-earlier', '◂ Bar 1', () => store.ask('edit', { edit: 'move_downbeat', by: -1 }), 'Bars start a beat earlier'),
    button('edit-later', 'Bar 1 ▸', () => store.ask('edit', { edit: 'move_downbeat', by: 1 }), 'Bars start a beat later'),
    button('edit-tap', 'Tap (T)', () => store.ask('tap', undefined), 'Tap along while the song plays: the beat of the whole song follows'),
  );
  const tone = group('Key', element('label', {}, 'Song ', key), element('label', {}, 'This part ', partKey), keyEarlier, keyLater, element('label', {}, 'From here ', keyFrom), element('label', {}, 'A = ', tuning, ' Hz'));

  // The section at the cursor
  const name = element('input', { type: 'text', id: 'edit-name', maxlength: 80, 'aria-label': 'Name of the section' });
  const label = select('edit-label', 'Function of the section', LABELS, (value) => setSection({ label: value }));
  const letter = select('edit-letter', 'Letter of the section', LETTERS, (value) => setSection({ group: value }));
  const repeats = element('input', { type: 'checkbox', id: 'edit-repeats', checked: true });
  const repeatsWords = element('span');
  /** @param {{ label?: string, name?: string, group?: string }} change */
  const setSection = (change) => {
    const { section, time } = now();
    if (section) store.ask('edit', { edit: 'set_section', at: time, ...change, repeats: change.name === undefined && repeats.checked });
  };
  scope.on(name, 'change', () => setSection({ name: name.value }));
  /** @param {1 | -1} by */
  const moveStart = (by) => {
    const { report, at, section } = now();
    if (!report || at < 1) return;
    const to = barBeside(report, section.start, by);
    store.ask('edit', { edit: 'move_boundary', from: section.start, to });
    // The cursor stays in the section that is corrected.
    if (store.state.time < to) store.ask('seek', to + 0.01);
  };
  const earlier = button('edit-start-earlier', '◂ Start', () => moveStart(-1), 'It starts a bar earlier');
  const later = button('edit-start-later', 'Start ▸', () => moveStart(1), 'It starts a bar later');
  const join = button('edit-join', 'Join with the one before', () => {
    const { section } = now();
    if (section) store.ask('edit', { edit: 'remove_boundary', at: section.start });
  });
  const form = group(
    'Section',
    name,
    label,
    letter,
    element('label', { class: 'check', for: 'edit-repeats' }, repeats, repeatsWords),
    button('edit-split', 'Split here', () => {
      const { report, time } = now();
      if (report) store.ask('edit', { edit: 'add_boundary', at: snapped(report, time, false) });
    }),
    join,
    earlier,
    later,
  );

  // The chord at the cursor
  const chordName = element('input', { type: 'text', id: 'edit-chord', list: 'edit-chords', 'aria-label': 'Chord', autocomplete: 'off', size: 9 });
  const known = element('datalist', { id: 'edit-chords' });
  const wrong = element('span', { class: 'tools-wrong', role: 'alert' });
  scope.on(chordName, 'change', () => {
    const { chord } = now();
    const read = readChord(chordName.value);
    setText(wrong, read ? '' : `“${chordName.value}” is no chord known here; try Am7, Bb/D or N.C.`);
    if (read && chord) store.ask('edit', { edit: 'set_chord', start: chord.start, end: chord.end, label: harteOf(read) });
  });
  const harmony = group(
    'Chord',
    chordName,
    known,
    button('edit-chord-split', 'Split here', () => {
      const { report, time } = now();
      const beats = report?.beats.map((one) => one.time) ?? [];
      const at = beats.reduce((best, one) => (Math.abs(one - time) < Math.abs(best - time) ? one : best), beats[0] ?? time);
      store.ask('edit', { edit: 'split_chord', at });
    }),
    button('edit-chord-join', 'Join with the next', () => store.ask('edit', { edit: 'join_chord', at: store.state.time })),
    wrong,
  );

  const undo = button('undo', 'Undo', () => store.ask('undo', undefined), 'Ctrl Z');
  const redo = button('redo', 'Redo', () => store.ask('redo', undefined), 'Ctrl Shift Z');
  const found = button('back-to-found', 'Back to what was found', () => store.ask('found', undefined));
  const made = element('span', { class: 'hint', role: 'status' });
  root.append(
    element('p', { class: 'hint' }, 'Go to a place; the tools act on the section and the chord there. On the timeline: drag a border or a change of key, double-click to add a border; with Alt off the bars.'),
    element('div', { class: 'tool-groups' }, form, harmony, beat, tone),
    element('div', { class: 'buttons' }, undo, redo, found, made),
  );

  store.watch(scope, ['editing', 'phase'], ({ editing, phase }) => (root.hidden = !editing || phase !== 'ready'));
  store.watch(scope, ['edits', 'undone'], ({ edits, undone }) => {
    undo.disabled = found.disabled = edits.length === 0;
    redo.disabled = undone.length === 0;
    setText(made, edits.length > 0 ? `${count(edits.length, 'correction')}, kept with the song` : 'Nothing is corrected yet.');
  });
  let shown = '';
  store.watch(scope, ['time', 'report', 'editing'], ({ report, editing }) => {
    if (!editing || !report) return;
    const { at, section, chord, part } = now();
    const mark = [at, section?.name, section?.label, section?.group, section?.start, chord?.start, chord?.name, part?.start, part?.key, report.key, report.time_signature, report.tuning?.a4_hz].join();
    if (mark === shown) return;
    shown = mark;
    // What is being typed is left alone.
    const fill = (/** @type {HTMLInputElement | HTMLSelectElement} */ input, /** @type {string} */ value) => {
      if (document.activeElement !== input || input instanceof HTMLSelectElement) input.value = value;
    };
    fill(meter, report.time_signature ?? '');
    fill(key, report.key ?? '');
    fill(partKey, part?.key ?? '');
    keyEarlier.disabled = keyLater.disabled = !part?.start;
    fill(tuning, String(report.tuning?.a4_hz ?? ''));
    form.disabled = !section;
    fill(name, section?.name ?? '');
    fill(label, section?.label ?? '');
    fill(letter, section?.group ?? '');
    const others = section?.repeats.length ?? 0;
    setText(repeatsWords, others > 0 ? `and ${count(others, 'repeat')}` : 'and repeats');
    join.disabled = earlier.disabled = later.disabled = at < 1;
    harmony.disabled = !chord;
    fill(chordName, chord ? withAccidentals(chord.name) : '');
    if (known.childElementCount === 0 && chord) {
      const roots = ['C', 'Db', 'D', 'Eb', 'E', 'F', 'F#', 'G', 'Ab', 'A', 'Bb', 'B'];
      known.append(...roots.flatMap((root_) => QUALITIES.slice(0, 9).map(({ suffix }) => element('option', { value: root_ + suffix }))));
    }
  });
  const toggle = /** @type {HTMLElement} */ (document.getElementById('correct-toggle'));
  scope.on(toggle, 'click', () => store.ask('editing', !store.state.editing));
  store.watch(scope, ['editing'], ({ editing }) => toggle.setAttribute('aria-pressed', String(editing)));
}
