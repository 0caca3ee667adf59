import assert from 'node:assert/strict';
import { test } from 'node:test';

import { clock, clockTenths, fileSize, percent, phraseLetters, pieces, problemWords, romanWithAccidentals, spokenDuration, sureness, withAccidentals } from '../src/words.js';

test('clocks', () => {
  assert.equal(clock(0), '0:00');
  assert.equal(clock(187.9), '3:07');
  assert.equal(clock(3723), '1:02:03');
  assert.equal(clock(-1), '0:00');
  assert.equal(clock(59.9999999), '1:00');
  assert.deepEqual([0.42, 59.96, 61.04].map(clockTenths), ['0:00.4', '1:00.0', '1:01.0']);
});

test('times and confidences are those of the program', () => {
  assert.deepEqual([12.6, 59.9999999, 0, 3723.4].map(clock), ['0:12', '1:00', '0:00', '1:02:03']);
  assert.deepEqual([0.975, 0.865, 0.285, 1].map(percent), ['98 %', '87 %', '28 %', '100 %']);
});

test('file names break between their words', () => {
  assert.equal(pieces('my_old-song.final.mp3').join('|'), 'my_|old-|song.|final.|mp3');
  assert.deepEqual(pieces('Song 1.5'), ['Song 1.', '5']);
});

test('durations are read out', () => {
  assert.equal(spokenDuration(61), '1 minute 1 second');
  assert.equal(spokenDuration(7200), '2 hours');
  assert.equal(spokenDuration(0.2), '0 seconds');
});

test('accidentals are set where there are some, and only there', () => {
  for (const [written, set] of [
    ['Bbm7', 'B♭m7'],
    ['F# minor', 'F♯ minor'],
    ['Db major', 'D♭ major'],
    ['A/C#', 'A/C♯'],
    ['Ebmaj7/Bb', 'E♭maj7/B♭'],
    ['Cm7b5', 'Cm7♭5'],
    ['C7#9', 'C7♯9'],
    ['Bdim', 'Bdim'],
    ['Gsus4', 'Gsus4'],
    ['N.C.', 'N.C.'],
  ]) {
    assert.equal(withAccidentals(written), set);
  }
  assert.equal(romanWithAccidentals('bVII'), '♭VII');
  assert.equal(romanWithAccidentals('#iv7b5'), '♯iv7♭5');
  assert.equal(romanWithAccidentals('iii'), 'iii');
});

test('sureness falls with confidence', () => {
  assert.deepEqual([0.95, 0.8, 0.6, 0.2].map(sureness), ['very sure', 'fairly sure', 'unsure', 'a guess']);
});

test('sizes', () => {
  assert.deepEqual([12, 4_300, 4_312_345].map(fileSize), ['12 bytes', '4 kB', '4.3 MB']);
});

test('every problem has a heading and advice that ends as a sentence', () => {
  const codes = ['unsupported_format', 'malformed', 'file_too_large', 'too_long', 'limit_exceeded', 'invalid_parameter'];
  const own = ['unreadable', 'no_file', 'load_failed', 'worker_failed', 'internal', 'something new'];
  for (const code of [...codes, ...own]) {
    const { title, advice } = problemWords({ code, message: 'it is odd', details: { actual: 2e8, max: 1e8 } }, 'a.mp3');
    assert.ok(title.length > 5 && !/[.]$/.test(title), title);
    assert.match(advice, /[.)]$/);
    assert.doesNotMatch(advice, /undefined|NaN|\.\./);
  }
  const twice = problemWords({ code: 'unsupported_format', message: 'this is no audio known here; MP3, WAV and FLAC are' }, 'a.xyz').advice;
  assert.equal(twice.match(/MP3/g)?.length, 1, twice);
  assert.match(problemWords({ code: 'empty', message: 'the file is empty' }).title, /empty/);
  assert.match(problemWords({ code: 'unsupported_format', message: 'this is Opus' }, 'a.ogg').advice, /^This is Opus\. /);
});

test('phrases are spelt while they can be read at a glance', () => {
  const phrases = [...'aaba'].map((group) => ({ group }));
  assert.equal(phraseLetters(phrases), 'a a b a');
  assert.equal(phraseLetters([...phrases, ...phrases]), 'a a b a a a b a');
  assert.equal(phraseLetters([...phrases, ...phrases, ...phrases]), '12 phrases');
});
