/**
 * The other end of desk.js.
 */

import init, { Song } from '../pkg/sectionist_desk.js';

const loaded = init();
// Told where it is awaited; without this, a failure before that would be reported twice.
loaded.catch(() => {});

/** @type {Song | null} */
let song = null;

self.onmessage = async ({ data: { id, type, report, corrections, format, wav } }) => {
  try {
    await loaded;
    let value = null;
    if (type === 'keep') {
      song?.free();
      song = null;
      song = new Song(report);
    } else if (!song) throw Object.assign(new Error('there is no song on the desk'), { code: 'internal' });
    else if (type === 'correct') value = song.corrected(corrections);
    else if (type === 'export') value = song.export(corrections, format);
    else if (type === 'cue') value = song.cued(corrections, new Uint8Array(wav));
    self.postMessage({ id, value });
  } catch (error) {
    const { code, message, details } = /** @type {any} */ (error) ?? {};
    self.postMessage({ id, problem: { code: code ?? 'internal', message: message ?? String(error), details: details ?? {} } });
  }
};
