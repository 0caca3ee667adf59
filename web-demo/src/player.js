/**
 * Playback through an `<audio>` element, and the position in the song. Where the browser cannot
 * play the file, the position moves all the same.
 */

import { barsOf, lastAtOrBefore, spanAt } from './geometry/position.js';
import { clampTime } from './geometry/timescale.js';

/** @import { Scope } from './scope.js' */
/** @import { Store } from './state.js' */

/** Going back within this many seconds of a start goes to the one before, as on any player. */
const GRACE = 1.2;

/** Seconds a step is where there are no beats. */
const NOMINAL_STEP = { beat: 1, bar: 5 };

/** Magnifications of the strip. */
const ZOOM_LIMITS = [0.25, 6];

/**
 * @param {HTMLAudioElement} audio
 * @param {Store} store
 * @param {Scope} scope
 */
export function createPlayer(audio, store, scope) {
  let fileScope = scope.child();
  const duration = () => store.state.report?.duration ?? 0;

  store.watch(scope, ['file'], ({ file }) => {
    fileScope.close();
    fileScope = scope.child();
    audio.pause();
    if (file) audio.src = fileScope.objectUrl(file);
    else audio.removeAttribute('src');
  });
  store.watch(scope, ['rate'], ({ rate }) => {
    audio.defaultPlaybackRate = rate;
    audio.playbackRate = rate;
  });

  scope.on(audio, 'canplay', () => store.set({ playable: true }));
  scope.on(audio, 'error', () => {
    if (store.state.file) store.set({ playable: false, playing: false });
  });
  scope.on(audio, 'play', () => store.set({ playing: true }));
  scope.on(audio, 'pause', () => store.set({ playing: false }));
  scope.on(audio, 'ended', () => store.set({ playing: false }));

  let endFrames = () => {};
  store.watch(scope, ['playing'], ({ playing }) => {
    endFrames();
    endFrames = playing ? scope.everyFrame(follow) : () => {};
  });

  function follow() {
    const { loop } = store.state;
    if (loop && audio.currentTime >= loop.end) audio.currentTime = loop.start;
    store.set({ time: clampTime(audio.currentTime, duration()) });
  }

  /** @param {number} to */
  function seek(to) {
    const time = clampTime(to, duration());
    const { loop, playable } = store.state;
    if (playable) audio.currentTime = time;
    // Going somewhere else ends the repetition.
    const within = loop && time >= loop.start && time < loop.end;
    store.set({ time, loop: within ? loop : null });
  }

  /** @param {readonly number[]} starts @param {1 | -1} by @param {number} grace */
  function jump(starts, by, grace) {
    const { time } = store.state;
    const here = lastAtOrBefore(starts, time + 1e-3);
    const late = here >= 0 && time - starts[here] > grace;
    const target = by > 0 ? here + 1 : late ? here : here - 1;
    if (by > 0 && target >= starts.length) seek(duration());
    else seek(target < 0 ? 0 : starts[target]);
  }

  store.answer('seek', seek);
  store.answer('toggle', () => {
    if (!store.state.playable) return;
    if (!audio.paused) audio.pause();
    else {
      if (store.state.time >= duration() - 0.05) seek(0);
      // Refused when the browser wants a gesture first; then it stays paused.
      audio.play().catch(() => store.set({ playing: false }));
    }
  });
  store.answer('section', (by) => {
    const starts = store.state.report?.sections.map((section) => section.start) ?? [];
    jump(starts, by, store.state.playing ? GRACE : 0.05);
  });
  store.answer('step', ({ by, unit }) => {
    const { report, time, playing } = store.state;
    if (!report) return;
    const starts = unit === 'beat' ? report.beats.map((beat) => beat.time) : barsOf(report).map((bar) => bar.start);
    if (starts.length > 1) jump(starts, by, playing ? 0.25 : 0.02);
    else seek(time + by * NOMINAL_STEP[unit]);
  });
  store.answer('loop', () => {
    const { report, time, loop } = store.state;
    const index = spanAt(report?.sections ?? [], time);
    if (loop || !report || index < 0) store.set({ loop: null });
    else store.set({ loop: { start: report.sections[index].start, end: report.sections[index].end } });
  });
  store.answer('rate', (rate) => store.set({ rate }));
  store.answer('zoom', (factor) => {
    const zoom = Math.min(Math.max(store.state.zoom * factor, ZOOM_LIMITS[0]), ZOOM_LIMITS[1]);
    store.set({ zoom });
  });
}
