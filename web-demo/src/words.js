/**
 * Numbers and codes in words for people.
 */

/** @import { Problem } from './state.js' */

/**
 * `3:07`, or `1:02:03` from an hour on.
 * @param {number} seconds
 */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds + 1e-6));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/**
 * `3:07.4`.
 * @param {number} seconds
 */
export function clockTenths(seconds) {
  const tenths = Math.round(Math.max(0, seconds) * 10);
  return `${clock(Math.floor(tenths / 10))}.${tenths % 10}`;
}

/**
 * How long, to be read out: `3 minutes 7 seconds`.
 * @param {number} seconds
 */
export function spokenDuration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [
    [Math.floor(whole / 3600), 'hour'],
    [Math.floor(whole / 60) % 60, 'minute'],
    [whole % 60, 'second'],
  ];
  const said = parts.filter(([n]) => n).map(([n, unit]) => `${n} ${unit}${n === 1 ? '' : 's'}`);
  return said.join(' ') || '0 seconds';
}

/**
 * A calibrated probability in words.
 * @param {number} confidence
 */
export function sureness(confidence) {
  if (confidence >= 0.9) return 'very sure';
  if (confidence >= 0.7) return 'fairly sure';
  if (confidence >= 0.5) return 'unsure';
  return 'a guess';
}

/**
 * `87 %`.
 * @param {number} share
 */
export const percent = (share) => `${Math.round(share * 100)} %`;

/**
 * Chords and keys with real accidentals: `B♭m7`, `F♯ minor`.
 * @param {string} name
 */
export const withAccidentals = (name) =>
  name
    .replace(/(^|\/|\s)([A-G])(#{1,2}|b{1,2})/g, (_, before, letter, marks) => before + letter + signs(marks))
    .replace(/#(?=\d)/g, '♯')
    .replace(/b(?=\d)/g, '♭');

/**
 * Roman numerals with real accidentals and no clutter: `♭VII`, `V⁷`.
 * @param {string} roman
 */
export const romanWithAccidentals = (roman) =>
  roman.replace(/^([#b]+)/, (marks) => signs(marks)).replace(/#(?=\d)/g, '♯').replace(/b(?=\d)/g, '♭');

/** @param {string} marks */
const signs = (marks) => marks.replaceAll('#', '♯').replaceAll('b', '♭');

/**
 * `1 bar`, `8 bars`.
 * @param {number} n
 * @param {string} noun
 */
export const count = (n, noun) => `${n} ${noun}${n === 1 ? '' : 's'}`;

/** More phrases than this are counted, not spelt out. */
const MOST_LETTERS = 8;

/**
 * `a a b a`, or `12 phrases`.
 * @param {{ group: string }[]} phrases
 */
export const phraseLetters = (phrases) =>
  phrases.length > MOST_LETTERS ? count(phrases.length, 'phrase') : phrases.map(({ group }) => group).join(' ');

/**
 * The pieces of a file name, which may break after its separators but not in the middle of a word.
 * @param {string} name
 */
export const pieces = (name) => name.split(/(?<=[._\-–—/\\])(?=[^\s._\-–—])/);

/**
 * `4.3 MB`.
 * @param {number} bytes
 */
export function fileSize(bytes) {
  if (bytes < 1e3) return `${bytes} bytes`;
  if (bytes < 1e6) return `${Math.round(bytes / 1e3)} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** @type {Record<string, string>} */
const STAGES = {
  reading: 'Reading the file',
  features: 'Listening',
  rhythm: 'Finding the beat',
  harmony: 'Hearing the chords',
  structure: 'Seeing the form',
};

/**
 * What an analysis does just now.
 * @param {string} stage
 */
export const stageWords = (stage) => STAGES[stage] ?? 'Working';

/**
 * A problem as a heading and an explanation with a way on.
 * @param {Problem} problem
 * @param {string} [name] of the file
 * @returns {{ title: string, advice: string }}
 */
export function problemWords({ code, message, details = {} }, name) {
  const said = sentence(message);
  switch (code) {
    case 'unsupported_format':
      return {
        title: name ? `“${name}” cannot be read as music` : 'That cannot be read as music',
        // The core names what it takes where it knows nothing of the file.
        advice: /MP3|WAV/.test(said) ? said : `${said} Try an MP3, WAV, FLAC, OGG Vorbis, M4A or AIFF file.`,
      };
    case 'empty':
      return {
        title: 'The file is empty',
        advice: 'It holds not a single byte. If it was being copied or downloaded, wait until that is done and choose it again.',
      };
    case 'malformed':
      return {
        title: 'The file is damaged',
        advice: `${said} If it plays elsewhere, save it again from there and try that copy.`,
      };
    case 'file_too_large':
      return {
        title: 'The file is too large',
        advice: `It has ${fileSize(details.actual)}; up to ${fileSize(details.max)} can be analysed here. An MP3 of the same song is much smaller.`,
      };
    case 'too_long':
      return {
        title: 'The recording is too long',
        advice: `Up to ${spokenDuration(details.max)} can be analysed.`,
      };
    case 'limit_exceeded':
      return { title: 'The file is out of the ordinary', advice: said };
    case 'invalid_parameter':
      return { title: 'An option has a value that is not allowed', advice: said };
    case 'unreadable':
      return {
        title: 'The file could not be read',
        advice: 'It may have been moved, renamed or changed since it was chosen. Choose it again.',
      };
    case 'no_sample':
      return { title: 'The sample song could not be loaded', advice: `Check the connection and try again. (${message})` };
    case 'bad_link':
      return { title: 'That link holds no song', advice: 'It may have been cut when it was sent. Ask for it again, or open the song itself.' };
    case 'no_file':
      return { title: 'There was no file in that', advice: 'Drop a music file, or choose one.' };
    case 'load_failed':
    case 'worker_failed':
      return {
        title: 'The analyser could not be loaded',
        advice: `Check the connection and reload the page. It needs a browser with WebAssembly SIMD: any of the last few years. (${message})`,
      };
    default:
      return {
        title: 'Something went wrong here',
        advice: `That is our fault, not the file's. Reload the page and try again. (${message})`,
      };
  }
}

/**
 * A message as a sentence: with a capital and a full stop.
 * @param {string} text
 */
export function sentence(text) {
  const trimmed = text.trim();
  const start = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?]$/.test(start) ? start : `${start}.`;
}
