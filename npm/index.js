import { fetched } from '#fetched';
import initAnalysis, { Analysis, analysis_version } from './wasm/sectionist_browser.js';
import initSong, { Song } from './wasm/sectionist_desk.js';

/** Longest time without a pause for others, in milliseconds. */
const SLICE = 40;

/** The two modules: what they are made of, and how they are started. Each is loaded once, when it is needed. */
const modules = {
  analysis: {
    source: () => fetched(new URL('./wasm/sectionist_browser_bg.wasm', import.meta.url)),
    start: initAnalysis,
    /** @type {Promise<unknown> | undefined} */
    started: undefined,
  },
  song: {
    source: () => fetched(new URL('./wasm/sectionist_desk_bg.wasm', import.meta.url)),
    start: initSong,
    /** @type {Promise<unknown> | undefined} */
    started: undefined,
  },
};

/** @param {'analysis' | 'song'} name @param {unknown} [source] */
function start(name, source) {
  const module = modules[name];
  module.started ??= Promise.resolve(source ?? module.source()).then(
    (made) => module.start({ module_or_path: made }),
  );
  // A network that fails may come back.
  module.started.catch(() => { module.started = undefined; });
  return module.started;
}

export async function load({ analysis, song } = {}) {
  await Promise.all([start('analysis', analysis), song && start('song', song)]);
}

export async function version() {
  await start('analysis');
  return analysis_version();
}

export async function analyze(song, { name, mime, signal, onProgress, ...options } = {}) {
  signal?.throwIfAborted();
  await start('analysis');
  const isFile = typeof Blob !== 'undefined' && song instanceof Blob;
  const bytes = new Uint8Array(isFile ? await song.arrayBuffer() : ArrayBuffer.isView(song) ? song.buffer.slice(song.byteOffset, song.byteOffset + song.byteLength) : song);
  const analysis = new Analysis(bytes, { name: name ?? (isFile ? song.name : undefined), mime: mime ?? (isFile ? song.type : undefined) }, options);
  try {
    let paused = performance.now();
    for (;;) {
      signal?.throwIfAborted();
      const { report, stage, fraction } = analysis.step();
      if (report) return report;
      if (performance.now() - paused > SLICE) {
        onProgress?.({ stage, fraction });
        await new Promise((resolve) => { setTimeout(resolve); });
        paused = performance.now();
      }
    }
  } finally {
    analysis.free();
  }
}

/** Does something with a report in the core. */
async function withSong(report, use) {
  await start('song');
  const song = new Song(JSON.stringify(report));
  try {
    return use(song);
  } finally {
    song.free();
  }
}

const NO_CORRECTIONS = { version: 1, edits: [] };

export const exportReport = (report, format, corrections = NO_CORRECTIONS) =>
  withSong(report, (song) => song.export(JSON.stringify(corrections), format));

export const correct = (report, corrections) =>
  withSong(report, (song) => JSON.parse(song.corrected(JSON.stringify(corrections))));
