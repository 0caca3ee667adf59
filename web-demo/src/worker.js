/**
 * Runs one analysis off the page's thread. The sole importer of the generated bindings.
 */

import init, { Analysis, check_size } from '../pkg/sectionist_browser.js';

/** @import { Message } from './analyzer.js' */

/** Milliseconds between two progress messages. */
const PROGRESS_INTERVAL = 50;

const loaded = init();
// Told where it is awaited; without this, a failure before that would be reported twice.
loaded.catch(() => {});

/** @param {Message} message */
const say = (message) => self.postMessage(message);

self.onmessage = async ({ data: { file, options } }) => {
  try {
    say({ type: 'report', report: await analyze(file, options) });
  } catch (error) {
    say({ type: 'problem', problem: problemOf(error) });
  }
};

/**
 * @param {File} file
 * @param {Record<string, string>} options
 */
async function analyze(file, options) {
  say({ type: 'progress', stage: 'reading', fraction: 0 });
  await loaded.catch((error) => {
    throw Object.assign(new Error(String(error)), { code: 'load_failed' });
  });
  check_size(file.size);
  const bytes = new Uint8Array(
    await file.arrayBuffer().catch((error) => {
      throw Object.assign(new Error(String(error)), { code: 'unreadable' });
    }),
  );
  const analysis = new Analysis(bytes, { name: file.name, mime: file.type }, { ...options, include: 'all' });
  for (let told = 0; ; ) {
    const step = analysis.step();
    if (step.report) return step.report;
    const now = performance.now();
    if (now - told >= PROGRESS_INTERVAL) {
      told = now;
      say({ type: 'progress', stage: step.stage, fraction: step.fraction });
    }
  }
}

/**
 * @param {unknown} error
 * @returns {import('./state.js').Problem}
 */
function problemOf(error) {
  const { code, message, details } = /** @type {any} */ (error) ?? {};
  // A trap in the module is a RuntimeError without a code.
  return { code: code ?? 'internal', message: message ?? String(error), details: details ?? {} };
}
