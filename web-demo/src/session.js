/**
 * From chosen files to a report: opens, analyses, cancels, and keeps the phase.
 */

import { AnalysisError, analyze, prepare } from './analyzer.js';

/** @import { Store } from './state.js' */

/**
 * Answers what concerns files and analyses.
 * @param {Store} store
 */
export function createSession(store) {
  /** @type {AbortController | null} */
  let running = null;

  /**
   * @param {File} file
   * @param {string} notice
   */
  async function open(file, notice) {
    running?.abort();
    const controller = (running = new AbortController());
    const began = performance.now();
    store.set({
      phase: 'reading',
      file,
      notice,
      report: null,
      problem: null,
      progress: { stage: 'reading', fraction: 0 },
      playing: false,
      playable: null,
      time: 0,
      loop: null,
      zoom: 1,
    });
    try {
      const report = await analyze(file, {
        options: store.state.options,
        signal: controller.signal,
        onProgress: ({ stage, fraction }) => {
          store.set({ phase: stage === 'reading' ? 'reading' : 'analysing', progress: { stage, fraction } });
        },
      });
      store.set({ phase: 'ready', report, elapsed: (performance.now() - began) / 1000 });
    } catch (error) {
      if (controller.signal.aborted) return;
      const { code, message, details } =
        error instanceof AnalysisError ? error : { code: 'internal', message: String(error), details: {} };
      store.set({ phase: 'error', problem: { code, message, details } });
    } finally {
      if (running === controller) running = null;
      prepare();
    }
  }

  store.answer('open', (files) => {
    const [file] = files;
    if (!file) {
      store.set({ phase: 'error', file: null, problem: { code: 'no_file', message: 'that was not a file' } });
      return;
    }
    const notice = files.length > 1 ? `${files.length} files were given; this is the first, ${file.name}.` : '';
    void open(file, notice);
  });
  store.answer('reopen', () => {
    const { file, notice } = store.state;
    if (file) void open(file, notice);
  });
  store.answer('cancel', () => {
    running?.abort();
    running = null;
    store.set({ phase: 'idle', file: null, notice: 'The analysis was cancelled.', report: null });
  });
  store.answer('options', (options) => store.set({ options }));
  prepare();
}
