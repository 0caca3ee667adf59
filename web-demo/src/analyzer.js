/**
 * The bridge to the analysis worker.
 *
 * A worker does one analysis and ends, which gives its memory back; aborting ends it at once, the
 * only honest way to stop a computation. The next worker is made ahead, so that its module is
 * compiled by the time a file is dropped.
 *
 * The file itself is handed over and read in the worker: reading never holds up the page, and no
 * copy of the bytes stays on this side.
 */

/** @import { Report } from './report.js' */
/** @import { Problem } from './state.js' */

/**
 * What the worker says.
 * @typedef {{ type: 'ready' }
 *   | { type: 'progress', stage: string, fraction: number }
 *   | { type: 'report', report: Report }
 *   | { type: 'problem', problem: Problem }} Message
 */

/** A failure with a code and words. */
export class AnalysisError extends Error {
  /** @param {Problem} problem */
  constructor({ code, message, details = {} }) {
    super(message);
    this.name = 'AnalysisError';
    this.code = code;
    this.details = details;
  }
}

/** @type {Worker | null} */
let spare = null;

/** Starts a worker for the next analysis, unless one waits already. */
export function prepare() {
  spare ??= new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'sectionist' });
}

/**
 * Analyses a file.
 * @param {File} file
 * @param {object} how
 * @param {Record<string, string>} how.options
 * @param {AbortSignal} how.signal
 * @param {(progress: { stage: string, fraction: number }) => void} how.onProgress
 * @returns {Promise<Report>} rejects with an AnalysisError, or with the signal's reason
 */
export function analyze(file, { options, signal, onProgress }) {
  prepare();
  const worker = /** @type {Worker} */ (spare);
  spare = null;
  const done = new AbortController();

  /** @type {Promise<Report>} */
  const answer = new Promise((resolve, reject) => {
    signal.throwIfAborted();
    signal.addEventListener('abort', () => reject(signal.reason), { signal: done.signal });
    worker.addEventListener(
      'message',
      (/** @type {MessageEvent<Message>} */ { data }) => {
        if (data.type === 'progress') onProgress(data);
        else if (data.type === 'report') resolve(data.report);
        else if (data.type === 'problem') reject(new AnalysisError(data.problem));
      },
      { signal: done.signal },
    );
    worker.addEventListener(
      'error',
      (event) => {
        event.preventDefault();
        const message = event.message || 'the analysis could not be loaded';
        reject(new AnalysisError({ code: 'worker_failed', message }));
      },
      { signal: done.signal },
    );
    worker.postMessage({ file, options });
  });
  return answer.finally(() => {
    done.abort();
    worker.terminate();
  });
}
