/**
 * Chords as players name them: read, moved to another key, made simpler. The core names what it hears; this
 * is for what somebody types and plays.
 */

/** @typedef {{ root: string, quality: Quality, bass: string }} Chord  names of notes, like `Bb`; `bass` empty for the root */

/**
 * @typedef {object} Quality
 * @property {string} harte       shorthand in Harte syntax
 * @property {string} suffix      as players write it
 * @property {number[]} tones     semitones above the root
 * @property {string} triad       `harte` of the triad under it
 * @property {string[]} [also]    other spellings that people type
 */

/** @type {Quality[]} the qualities that the core can name */
export const QUALITIES = [
  { harte: 'maj', suffix: '', tones: [0, 4, 7], triad: 'maj', also: ['M', 'maj', 'major'] },
  { harte: 'min', suffix: 'm', tones: [0, 3, 7], triad: 'min', also: ['min', '-', 'minor'] },
  { harte: 'dim', suffix: 'dim', tones: [0, 3, 6], triad: 'dim', also: ['°', 'o'] },
  { harte: 'aug', suffix: 'aug', tones: [0, 4, 8], triad: 'aug', also: ['+'] },
  { harte: 'sus2', suffix: 'sus2', tones: [0, 2, 7], triad: 'maj' },
  { harte: 'sus4', suffix: 'sus4', tones: [0, 5, 7], triad: 'maj', also: ['sus'] },
  { harte: 'maj7', suffix: 'maj7', tones: [0, 4, 7, 11], triad: 'maj', also: ['M7', 'Δ', 'Δ7', 'ma7', 'j7'] },
  { harte: 'min7', suffix: 'm7', tones: [0, 3, 7, 10], triad: 'min', also: ['min7', '-7'] },
  { harte: '7', suffix: '7', tones: [0, 4, 7, 10], triad: 'maj', also: ['dom7'] },
  { harte: 'hdim7', suffix: 'm7b5', tones: [0, 3, 6, 10], triad: 'dim', also: ['ø', 'ø7', 'min7b5', '-7b5'] },
  { harte: 'dim7', suffix: 'dim7', tones: [0, 3, 6, 9], triad: 'dim', also: ['°7', 'o7'] },
  { harte: 'minmaj7', suffix: 'm(maj7)', tones: [0, 3, 7, 11], triad: 'min', also: ['mmaj7', 'mM7', 'minmaj7'] },
  { harte: 'maj6', suffix: '6', tones: [0, 4, 7, 9], triad: 'maj', also: ['maj6', 'M6'] },
  { harte: 'min6', suffix: 'm6', tones: [0, 3, 7, 9], triad: 'min', also: ['min6', '-6'] },
  { harte: 'maj9', suffix: 'maj9', tones: [0, 4, 7, 11, 2], triad: 'maj', also: ['M9', 'Δ9'] },
  { harte: 'min9', suffix: 'm9', tones: [0, 3, 7, 10, 2], triad: 'min', also: ['min9', '-9'] },
  { harte: '9', suffix: '9', tones: [0, 4, 7, 10, 2], triad: 'maj', also: ['dom9'] },
  { harte: '5', suffix: '5', tones: [0, 7], triad: 'maj' },
];

const LETTERS = 'CDEFGAB';
const NATURALS = [0, 2, 4, 5, 7, 9, 11];
const PLAIN = ['C', 'C#', 'D', 'Eb', 'E', 'F', 'F#', 'G', 'Ab', 'A', 'Bb', 'B'];
/** Tonics with the fewest accidentals, as the core spells them. */
const MAJOR_TONICS = ['C', 'Db', 'D', 'Eb', 'E', 'F', 'F#', 'G', 'Ab', 'A', 'Bb', 'B'];
const MINOR_TONICS = ['C', 'C#', 'D', 'Eb', 'E', 'F', 'F#', 'G', 'G#', 'A', 'Bb', 'B'];

/** All keys as reports write them, for choosing one. */
export const KEYS = [...MAJOR_TONICS.map((tonic) => `${tonic} major`), ...MINOR_TONICS.map((tonic) => `${tonic} minor`)];

const modulo = (/** @type {number} */ n, /** @type {number} */ of) => ((n % of) + of) % of;

/**
 * Semitones of a note above C.
 * @param {string} note
 */
export function pitchOf(note) {
  const marks = [...note.slice(1)].reduce((sum, mark) => sum + (mark === '#' ? 1 : -1), 0);
  return modulo(NATURALS[LETTERS.indexOf(note[0])] + marks, 12);
}

/**
 * Reads what somebody typed: `Bbm7/Db`, `B♭min7`, `F#°`, `N.C.`.
 * @param {string} text
 * @returns {Chord | 'none' | null} null if it is no chord that the core can name
 */
export function readChord(text) {
  const plain = text.trim().replaceAll('♭', 'b').replaceAll('♯', '#').replace(/\s+/g, '');
  if (/^(n|n\.?c\.?|-|–|none)$/i.test(plain)) return 'none';
  const parts = /^([A-Ga-g])([#b]{0,2})(.*?)(?:\/([A-Ga-g])([#b]{0,2}))?$/.exec(plain);
  if (!parts) return null;
  const [, letter, marks, kind, bassLetter, bassMarks = ''] = parts;
  const quality = QUALITIES.find(({ suffix, also = [] }) => suffix === kind || also.includes(kind));
  if (!quality) return null;
  return { root: letter.toUpperCase() + marks, quality, bass: bassLetter ? bassLetter.toUpperCase() + bassMarks : '' };
}

/** Degrees of the major scale that semitones above the root are written as. */
const DEGREES = ['1', 'b2', '2', 'b3', '3', '4', 'b5', '5', 'b6', '6', 'b7', '7'];

/**
 * Harte syntax of a chord that was read.
 * @param {Chord | 'none'} chord
 */
export function harteOf(chord) {
  if (chord === 'none') return 'N';
  const { root, quality, bass } = chord;
  const up = bass ? modulo(pitchOf(bass) - pitchOf(root), 12) : 0;
  // Spelled by the chord itself where it has the note: an augmented fifth is no sixth.
  const degree = up === 8 && quality.harte === 'aug' ? '#5' : up === 9 && quality.harte === 'dim7' ? 'bb7' : DEGREES[up];
  return `${root}:${quality.harte}${up ? `/${degree}` : ''}`;
}

/** @param {Chord} chord */
const nameOf = ({ root, quality, bass }) => root + quality.suffix + (bass ? `/${bass}` : '');

/**
 * `pitch` with `letter` (0 for C) and at most one accidental; null if that takes more.
 * @param {number} letter
 * @param {number} pitch
 */
function spelled(letter, pitch) {
  const alteration = modulo(pitch - NATURALS[letter] + 6, 12) - 6;
  return Math.abs(alteration) > 1 ? null : LETTERS[letter] + ['b', '', '#'][alteration + 1];
}

/**
 * A key moved by semitones, with the fewest accidentals.
 * @param {string} key like `Bb minor`
 * @param {number} by
 */
export function transposeKey(key, by) {
  const [tonic, mode] = key.split(' ');
  return `${(mode === 'minor' ? MINOR_TONICS : MAJOR_TONICS)[modulo(pitchOf(tonic) + by, 12)]} ${mode}`;
}

/**
 * A note moved with its key: as many letters above the new tonic as it was above the old.
 * @param {string} note
 * @param {number} by
 * @param {string | null} key
 */
function transposeNote(note, by, key) {
  const pitch = modulo(pitchOf(note) + by, 12);
  if (!key) return PLAIN[pitch];
  const [from, to] = [key, transposeKey(key, by)].map((one) => LETTERS.indexOf(one[0]));
  return spelled(modulo(LETTERS.indexOf(note[0]) + to - from, 7), pitch) ?? PLAIN[pitch];
}

/**
 * How a chord is to be played.
 * @param {string} name as in the report
 * @param {{ by: number, key: string | null, simple: boolean }} how semitones up, the key that it stands in, triads only
 * @returns {string}
 */
export function playedName(name, { by, key, simple }) {
  if (by === 0 && !simple) return name;
  const chord = readChord(name);
  if (!chord || chord === 'none') return name;
  const moved = by === 0 ? chord : { ...chord, root: transposeNote(chord.root, by, key), bass: chord.bass && transposeNote(chord.bass, by, key) };
  return nameOf(simple ? simplified(moved) : moved);
}

/** @param {Chord} chord the triad under it, without its bass @returns {Chord} */
function simplified({ root, quality }) {
  return { root, bass: '', quality: /** @type {Quality} */ (QUALITIES.find(({ harte }) => harte === quality.triad)) };
}
