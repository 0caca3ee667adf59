/**
 * The desk: the core in a worker of its own that keeps the song's report, corrects it and writes it in
 * every format. Started when it is first needed, as analyses bring their own.
 */

import { AnalysisError } from './analyzer.js';

/** @import { Edit } from './editor.js' */
/** @import { Report } from './report.js' */

/** @type {Worker | null} */
let worker = null;
/** @type {Map<number, { resolve: (value: any) => void, reject: (error: Error) => void }>} */
const waiting = new Map();
let asked = 0;
/** @type {Report | null} */
let kept = null;

/**
 * @param {Record<string, unknown>} message
 * @returns {Promise<any>}
 */
function ask(message) {
  if (!worker) {
    worker = new Worker(new URL('./desk-worker.js', import.meta.url), { type: 'module', name: 'sectionist-desk' });
    worker.addEventListener('message', ({ data: { id, value, problem } }) => {
      const asker = waiting.get(id);
      waiting.delete(id);
      if (problem) asker?.reject(new AnalysisError(problem));
      else asker?.resolve(value);
    });
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      const error = new AnalysisError({ code: 'worker_failed', message: event.message || 'the core could not be loaded' });
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
      worker?.terminate();
      worker = null;
      kept = null;
    });
  }
  asked += 1;
  const id = asked;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    worker?.postMessage({ id, ...message });
  });
}

/** @param {Report} found */
async function keep(found) {
  if (kept === found) return;
  kept = found;
  try {
    await ask({ type: 'keep', report: JSON.stringify(found) });
  } catch (error) {
    if (kept === found) kept = null;
    throw error;
  }
}

/**
 * Has the core read a report that came from elsewhere. Rejects if it is none.
 * @param {Report} found
 */
export const check = (found) => keep(found);

/** @param {readonly Edit[]} edits */
const corrections = (edits) => JSON.stringify({ version: 1, edits });

/**
 * The report as corrected.
 * @param {Report} found
 * @param {readonly Edit[]} edits
 * @returns {Promise<Report>}
 */
export async function correct(found, edits) {
  if (edits.length === 0) return found;
  // What goes wrong here is told by the answer.
  keep(found).catch(() => {});
  return JSON.parse(await ask({ type: 'correct', corrections: corrections(edits) }));
}

/**
 * A WAV file with a cue point at each section of the corrected report.
 * @param {Report} found
 * @param {readonly Edit[]} edits
 * @param {ArrayBuffer} wav
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function cued(found, edits, wav) {
  keep(found).catch(() => {});
  return ask({ type: 'cue', corrections: corrections(edits), wav });
}

/**
 * The corrected report as a file in a format of the core.
 * @param {Report} found
 * @param {readonly Edit[]} edits
 * @param {string} format
 * @returns {Promise<{ bytes: Uint8Array<ArrayBuffer>, type: string, extension: string }>}
 */
export async function exportAs(found, edits, format) {
  keep(found).catch(() => {});
  return ask({ type: 'export', corrections: corrections(edits), format });
}
