/**
 * From chosen files to a song: analyses, one in front and others in the background, opens songs of the
 * library, cancels, and keeps the phase. What was open stays until something else is.
 */

import { AnalysisError, analyze, prepare } from './analyzer.js';
import { correct } from './desk.js';
import { cardOf, isShared, loadAudio, loadSong, saveAudio, saveSong, songId } from './library.js';
import { decodedByBrowser } from './playback/decoded.js';
import { NO_SONG } from './state.js';

/** @import { Report } from './report.js' */
/** @import { Scope } from './scope.js' */
/** @import { Job, Problem, State, Store } from './state.js' */

/** The song to try the page with. */
const SAMPLE = { url: 'pkg/sample.mp3', name: 'Harbour Lights.mp3' };

/** Keys of the state that make up the open song. */
const OPEN = /** @type {const} */ (['file', 'id', 'report', 'found', 'edits', 'undone', 'elapsed', 'used', 'time', 'loop', 'zoom', 'view', 'rate', 'pitch', 'playable']);

/**
 * @param {Store} store
 * @param {Scope} scope
 */
export function createSession(store, scope) {
  /** @type {AbortController | null} the analysis in front */
  let running = null;
  /** What was open before it, to go back to. @type {Partial<State> | null} */
  let before = null;
  /** @type {{ job: Job, file: File, options: Record<string, string>, controller: AbortController }[]} */
  let waiting = [];
  let jobs = 0;
  /** What is opened last counts: a song that takes longer to load does not overtake it. */
  let turn = 0;

  const remember = () => {
    const { phase } = store.state;
    // A song whose analysis is running is not open yet.
    if (phase === 'reading' || phase === 'analysing') return before;
    return store.state.report ? Object.fromEntries(OPEN.map((key) => [key, store.state[key]])) : null;
  };

  /** @param {File} file @param {string} notice @param {Record<string, string>} options */
  async function open(file, notice, options) {
    const previous = remember();
    turn += 1;
    running?.abort();
    const controller = (running = new AbortController());
    before = previous;
    const began = performance.now();
    store.set({
      ...NO_SONG,
      phase: 'reading',
      file,
      notice,
      problem: null,
      editing: false,
      progress: { stage: 'reading', fraction: 0 },
    });
    try {
      const found = await analyzeFile(file, options, controller.signal, ({ stage, fraction }) => {
        store.set({ phase: stage === 'reading' ? 'reading' : 'analysing', progress: { stage, fraction } });
      });
      const id = await songId(file);
      const known = await loadSong(id).catch(() => undefined);
      controller.signal.throwIfAborted();
      // Corrections of an earlier day hold for the same song.
      const edits = known?.edits ?? [];
      const report = await corrected(found, edits);
      controller.signal.throwIfAborted();
      before = null;
      store.set({
        phase: 'ready',
        id,
        found,
        report,
        edits,
        undone: known?.undone ?? [],
        used: options,
        elapsed: (performance.now() - began) / 1000,
      });
      address(`#song=${id}`);
    } catch (error) {
      if (controller.signal.aborted) return;
      fail({ ...problemOf(error), name: file.name });
    } finally {
      if (running === controller) running = null;
      prepare();
      next();
    }
  }

  /** Says what went wrong, over the song that was open if there was one. @param {Problem} problem */
  function fail(problem) {
    if (before) store.set({ ...NO_SONG, ...before, phase: 'ready', notice: '', problem });
    else store.set({ phase: 'error', problem });
    before = null;
  }

  /** @param {File[]} files @param {Record<string, string>} options */
  function enqueue(files, options) {
    for (const file of files) {
      jobs += 1;
      /** @type {Job} */
      const job = { id: jobs, name: file.name, stage: '', fraction: 0, state: 'waiting', words: '', song: '' };
      waiting.push({ job, file, options, controller: new AbortController() });
      store.set({ queue: [...store.state.queue, job] });
    }
  }

  /** @param {number} id @param {Partial<Job>} patch */
  const report = (id, patch) =>
    store.set({ queue: store.state.queue.map((job) => (job.id === id ? { ...job, ...patch } : job)) });

  let working = false;
  /** Analyses the next file that waits, while none is analysed in front. */
  async function next() {
    if (working || running || waiting.length === 0) return;
    working = true;
    const { job, file, options, controller } = /** @type {typeof waiting[number]} */ (waiting[0]);
    const began = performance.now();
    try {
      report(job.id, { state: 'working' });
      const found = await analyzeFile(file, options, controller.signal, ({ stage, fraction }) => report(job.id, { stage, fraction }));
      const id = await songId(file);
      const known = await loadSong(id).catch(() => undefined);
      const edits = known?.edits ?? [];
      const song = { id, name: file.name, found, edits, undone: known?.undone ?? [], options, elapsed: (performance.now() - began) / 1000, opened: Date.now() };
      await saveSong(song, cardOf(song, await corrected(found, edits)));
      if (store.state.keeping === 'keep') await saveAudio(id, file);
      recent.set(id, file);
      report(job.id, { state: 'done', fraction: 1, song: id });
      store.ask('shelved', undefined);
    } catch (error) {
      const { message } = problemOf(error);
      if (controller.signal.aborted) store.set({ queue: store.state.queue.filter(({ id }) => id !== job.id) });
      else report(job.id, { state: 'failed', words: message });
    } finally {
      waiting = waiting.filter((other) => other.job.id !== job.id);
      working = false;
      prepare();
      void next();
    }
  }

  /** Files of this visit, so that their songs play though their audio is not kept. @type {Map<string, File>} */
  const recent = new Map();
  store.watch(scope, ['id'], ({ id, file, phase }) => {
    if (id && file && phase === 'ready') recent.set(id, file);
  });

  /** @param {string} id */
  async function show(id) {
    turn += 1;
    const mine = turn;
    if (store.state.id === id && store.state.phase === 'ready') return;
    const song = await loadSong(id).catch(() => undefined);
    if (mine !== turn) return;
    if (!song) {
      address('#');
      store.set({ phase: 'idle', notice: 'That song is not in the library of this device any more.' });
      return;
    }
    const file = recent.get(id) ?? (await loadAudio(id).catch(() => undefined)) ?? null;
    const { found, edits, undone, options: used, elapsed } = song;
    const report = await corrected(found, edits);
    if (mine !== turn) return;
    running?.abort();
    running = before = null;
    store.set({ ...NO_SONG, phase: 'ready', file, id, notice: '', problem: null, editing: false, found, report, edits, undone, used, elapsed });
    address(`#song=${id}`);
    void next();
  }

  store.answer('open', (files) => {
    const [file, ...others] = files;
    if (!file) {
      before = remember();
      fail({ code: 'no_file', message: 'that was not a file' });
      return;
    }
    // What is set on the start page is seen there; over an open song it would be a surprise.
    const options = store.state.phase === 'ready' ? {} : store.state.options;
    enqueue(others, options);
    const notice = others.length > 0 ? `${files.length} files: this is the first; the others are analysed meanwhile, and will be in your library.` : '';
    void open(file, notice, options);
  });
  store.answer('sample', async () => {
    try {
      const answer = await fetch(SAMPLE.url);
      if (!answer.ok) throw new Error(`${answer.status}`);
      void open(new File([await answer.blob()], SAMPLE.name, { type: 'audio/mpeg' }), '', {});
    } catch (error) {
      fail({ code: 'no_sample', message: String(error) });
    }
  });
  store.answer('reopen', () => {
    const { file, used } = store.state;
    if (file) void open(file, '', used);
    else store.set({ notice: 'Choose the file again first: its audio is not kept on this device.' });
  });
  store.answer('attach', async (file) => {
    const { id, report } = store.state;
    if (!report) return;
    const same = id && !isShared(id) ? (await songId(file)) === id : file.size === report.source.bytes;
    store.set({
      file,
      notice: same ? '' : `This is another file than the one that was analysed. If the marks do not fit, open ${file.name} as a new song.`,
    });
  });
  store.answer('cancel', () => {
    running?.abort();
    running = null;
    if (before) store.set({ ...NO_SONG, ...before, phase: 'ready', notice: 'The analysis was cancelled; this is the song as it was.' });
    else store.set({ ...NO_SONG, phase: 'idle', file: null, notice: 'The analysis was cancelled.' });
    before = null;
    void next();
  });
  store.answer('drop', (id) => {
    const held = waiting.find(({ job }) => job.id === id);
    held?.controller.abort();
    const isWorking = store.state.queue.find((job) => job.id === id)?.state === 'working';
    if (isWorking) return;
    waiting = waiting.filter(({ job }) => job.id !== id);
    store.set({ queue: store.state.queue.filter((job) => job.id !== id) });
  });
  store.answer('dismiss', () => store.set({ problem: null, phase: store.state.report ? 'ready' : 'idle' }));
  store.answer('show', (id) => void show(id));
  store.answer('options', (options) => store.set({ options }));
  store.answer('used', (used) => store.set({ used }));

  /** Follows the address: a song, or the start page. */
  const follow = () => {
    const { hash } = location;
    const id = /^#song=([\w-]+)$/.exec(hash)?.[1];
    if (id) void show(id);
    else if (hash.startsWith('#shared=')) store.ask('shared', hash.slice('#shared='.length));
    else if (store.state.phase === 'ready') store.set({ phase: 'idle', notice: '', problem: null });
  };
  scope.on(window, 'hashchange', follow);
  follow();
  prepare();
}

/** @param {string} hash */
function address(hash) {
  if (location.hash !== hash) history.pushState(null, '', hash);
}

/** @param {Report} found @param {import('./editor.js').Edit[]} edits */
async function corrected(found, edits) {
  if (edits.length === 0) return found;
  return { ...(await correct(found, edits)), waveform: found.waveform };
}

/**
 * The core's analysis; of what only the browser can decode, by way of its decoder.
 * @param {File} file
 * @param {Record<string, string>} options
 * @param {AbortSignal} signal
 * @param {(progress: { stage: string, fraction: number }) => void} onProgress
 * @returns {Promise<Report>}
 */
async function analyzeFile(file, options, signal, onProgress) {
  if (file.size === 0) throw new AnalysisError({ code: 'empty', message: 'the file is empty' });
  const how = { options, signal, onProgress };
  try {
    return await analyze(file, how);
  } catch (error) {
    if (!(error instanceof AnalysisError) || error.code !== 'unsupported_format') throw error;
    const wav = await decodedByBrowser(file);
    if (!wav) throw error;
    signal.throwIfAborted();
    const report = await analyze(wav, how);
    const { container, codec } = /** @type {{ container?: string, codec?: string }} */ (error.details);
    const warnings = report.warnings.filter(({ code }) => !code.startsWith('wrong_'));
    return { ...report, warnings, source: { ...report.source, name: file.name, container: container ?? 'audio', codec: codec ?? 'browser', bytes: file.size } };
  }
}

/** @param {unknown} error @returns {Problem} */
function problemOf(error) {
  const { code, message, details } =
    error instanceof AnalysisError ? error : { code: 'internal', message: String(error), details: {} };
  return { code, message, details };
}
