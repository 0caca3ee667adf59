/**
 * A song's analysis in a link: report and corrections, compressed, in the fragment, which no server sees.
 * The audio stays where it is.
 */

/** @import { Edit } from '../editor.js' */
/** @import { Report } from '../report.js' */

/** Peaks in a link: enough to see the form by. */
const PEAKS = 600;

/** What a link may unfold to, in bytes: more than any song. */
const MOST_BYTES = 50e6;

/**
 * @param {Report} found
 * @param {readonly Edit[]} edits
 * @returns {Promise<string>} the fragment, without `#`
 */
export async function packed(found, edits) {
  const { timbre, segments, ...report } = /** @type {Report & { timbre?: unknown, segments?: unknown }} */ (found);
  const slim = { ...report, waveform: thinned(found.waveform) };
  const bytes = await through(new Blob([JSON.stringify({ v: 1, report: slim, edits })]), new CompressionStream('deflate-raw'), Infinity);
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return `shared=${btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
}

/**
 * @param {string} text after `shared=`
 * @returns {Promise<{ report: Report, edits: Edit[] }>} rejects if it is no such link
 */
export async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  const json = new TextDecoder().decode(await through(new Blob([bytes]), new DecompressionStream('deflate-raw'), MOST_BYTES));
  const { v, report, edits } = JSON.parse(json);
  // The core reads all of it but the peaks, which it does not need.
  const drawn = report?.waveform ?? {};
  if (v !== 1 || !Array.isArray(edits) || ![drawn.peaks, drawn.rms].every((list) => Array.isArray(list)) || !(drawn.seconds_per_peak > 0)) throw new Error('no song');
  return { report, edits };
}

/** @param {Blob} blob @param {GenericTransformStream} stream @param {number} most */
async function through(blob, stream, most) {
  const reader = blob.stream().pipeThrough(/** @type {ReadableWritablePair<Uint8Array, Uint8Array>} */ (stream)).getReader();
  const parts = [];
  let length = 0;
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    length += step.value.length;
    if (length > most) throw new Error('too large');
    parts.push(step.value);
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** @param {Report['waveform']} waveform @returns {Report['waveform']} */
export function thinned({ seconds_per_peak: step, peaks, rms }) {
  const stride = Math.max(1, Math.ceil(peaks.length / PEAKS));
  const groups = Array.from({ length: Math.ceil(peaks.length / stride) }, (_, i) => [i * stride, Math.min((i + 1) * stride, peaks.length)]);
  return {
    // As exact as reports are.
    seconds_per_peak: Math.round(step * stride * 1e4) / 1e4,
    peaks: groups.map(([from, to]) => Math.max(...peaks.slice(from, to))),
    rms: groups.map(([from, to]) => Math.round(Math.sqrt(rms.slice(from, to).reduce((sum, value) => sum + value ** 2, 0) / (to - from)))),
  };
}
