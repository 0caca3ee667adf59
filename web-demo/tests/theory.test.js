import assert from 'node:assert/strict';
import { test } from 'node:test';

import { shapeOf } from '../src/geometry/fretboard.js';
import { harteOf, KEYS, playedName, QUALITIES, readChord, transposeKey } from '../src/theory.js';

/** @param {string} text */
const harte = (text) => {
  const chord = readChord(text);
  return chord && harteOf(chord);
};

test('chords are read as people type them', () => {
  for (const [typed, label] of [
    ['C', 'C:maj'],
    ['bbm7/db', 'Bb:min7/b3'],
    ['B♭min7', 'Bb:min7'],
    ['F#°', 'F#:dim'],
    ['Ebmaj7 / Bb', 'Eb:maj7/5'],
    ['Cm7b5', 'C:hdim7'],
    ['C/C', 'C:maj'],
    ['Caug/G#', 'C:aug/#5'],
    ['N.C.', 'N'],
  ]) {
    assert.equal(harte(typed), label, typed);
  }
  for (const nonsense of ['', 'H', 'Cfoo', 'C/', '/G', 'verse']) assert.equal(readChord(nonsense), null, nonsense);
});

test('every name that the core writes is read', () => {
  for (const { suffix, harte: label } of QUALITIES) assert.equal(harte(`Ab${suffix}`), `Ab:${label}`);
});

test('chords move with their key and are spelled for it', () => {
  const move = (/** @type {string} */ name, /** @type {number} */ by, /** @type {string | null} */ key) => playedName(name, { by, key, simple: false });
  assert.equal(move('C', 2, 'C major'), 'D');
  assert.equal(move('Bb', 2, 'C major'), 'C');
  assert.equal(move('Bb', -1, 'C major'), 'A');
  assert.equal(move('F', 3, 'C major'), 'Ab');
  assert.equal(move('E7/G#', 1, 'A minor'), 'F7/A');
  assert.equal(move('F#m7', -2, 'D major'), 'Em7');
  assert.equal(move('G', 1, null), 'Ab');
  assert.equal(move('N.C.', 5, 'C major'), 'N.C.');
  for (const key of KEYS) {
    for (let by = -11; by <= 11; by += 1) {
      assert.equal(transposeKey(transposeKey(key, by), -by), key);
      const tonic = key.split(' ')[0];
      assert.equal(move(tonic, by, key), transposeKey(key, by).split(' ')[0]);
    }
  }
});

test('simple chords are triads in root position', () => {
  const simple = (/** @type {string} */ name) => playedName(name, { by: 0, key: null, simple: true });
  assert.deepEqual(['Cmaj7/E', 'Dm9', 'G7', 'Bm7b5', 'Asus4', 'Eb5', 'F'].map(simple), ['C', 'Dm', 'G', 'Bdim', 'A', 'Eb', 'F']);
});

/** @param {'guitar' | 'ukulele'} instrument @param {string} name */
function frets(instrument, name) {
  const chord = readChord(name);
  if (!chord || chord === 'none') return '';
  const pitch = (/** @type {string} */ note) => 'C D EF G A B'.indexOf(note[0]) + (note[1] === '#' ? 1 : note[1] === 'b' ? -1 : 0);
  const shape = shapeOf(instrument, pitch(chord.root), chord.quality.tones, pitch(chord.bass || chord.root));
  return shape?.frets.map((fret) => (fret < 0 ? 'x' : fret)).join('') ?? '';
}

test('shapes are those that guitarists know', () => {
  for (const [name, shape] of [
    ['C', 'x32010'],
    ['D', 'xx0232'],
    ['E', '022100'],
    ['Em', '022000'],
    ['A', 'x02220'],
    ['Am', 'x02210'],
    ['G', '320003'],
    ['F', '133211'],
    ['Bm', 'x24432'],
  ]) {
    assert.equal(frets('guitar', name), shape, name);
  }
  assert.equal(frets('ukulele', 'C'), '0003');
  assert.equal(frets('ukulele', 'F'), '2010');
});

test('every chord that can be named has a shape', () => {
  for (const instrument of /** @type {const} */ (['guitar', 'ukulele'])) {
    for (const root of ['C', 'C#', 'D', 'Eb', 'E', 'F', 'F#', 'G', 'Ab', 'A', 'Bb', 'B']) {
      for (const { suffix } of QUALITIES) assert.notEqual(frets(instrument, root + suffix), '', `${instrument} ${root}${suffix}`);
    }
  }
});
