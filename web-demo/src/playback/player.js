/**
 * Playback, and the position in the song. Where there is nothing to play, the position moves all the
 * same. Times of the song and of the file differ by what browsers play too late (offset.js).
 */

import { stepFrom } from '../geometry/position.js';
import { clampTime } from '../geometry/timescale.js';
import { barsLoop, clicksBetween, countIn, isOver, loopAfterSeek, phraseLoop, sectionLoop } from './loops.js';
import { playbackOffset } from './offset.js';
import { createSound } from './sound.js';

/** @import { Scope } from '../scope.js' */
/** @import { Store } from '../state.js' */

/** Magnifications of the strip. */
const ZOOM_LIMITS = [0.25, 6];

/** Clicks are set so many seconds ahead. */
const LOOKAHEAD = 0.15;

/** Sound comes back this much before the count-in is over, so that no attack is lost. */
const EARLY = 0.04;

/** Speeds and pitches that can be asked for. */
export const LIMITS = { rate: [0.5, 1.5], pitch: [-12, 12] };

/**
 * @param {HTMLAudioElement} audio
 * @param {Store} store
 * @param {Scope} scope
 */
export function createPlayer(audio, store, scope) {
  let fileScope = scope.child();
  let offset = 0;
  const sound = createSound(audio, scope);
  const duration = () => store.state.report?.duration ?? 0;

  /** The bar before `target`: `until` the song itself starts on `sound.now`'s clock, where it has no bar before. @type {{ target: number, until: number | null } | null} */
  let rolling = null;
  /** Up to where clicks are set, in the song. */
  let clicked = -Infinity;

  store.watch(scope, ['file', 'report'], async ({ file, report, phase }) => {
    if (file && phase === 'ready' && report) offset = await playbackOffset(file, report.source).catch(() => 0);
  });
  store.watch(scope, ['file'], ({ file }) => {
    fileScope.close();
    fileScope = scope.child();
    audio.pause();
    endRoll();
    offset = 0;
    store.set({ playable: null, playing: false });
    if (file) audio.src = fileScope.objectUrl(file);
    else audio.removeAttribute('src');
  });
  store.watch(scope, ['phase', 'id'], ({ phase }) => {
    if (phase !== 'ready') stop();
  });
  store.watch(scope, ['rate', 'pitch'], async ({ rate, pitch }) => {
    const done = await sound.tune(rate, pitch);
    if (!done && store.state.pitch === pitch) store.set({ pitch: 0, notice: 'The pitch cannot be changed here; speed can.' });
  });

  scope.on(audio, 'canplay', () => store.set({ playable: true }));
  scope.on(audio, 'error', () => {
    if (store.state.file) store.set({ playable: false, playing: false });
  });
  scope.on(audio, 'play', () => store.set({ playing: true }));
  scope.on(audio, 'pause', () => {
    if (!rolling && !audio.ended) store.set({ playing: false });
  });
  scope.on(audio, 'ended', () => {
    const { loop } = store.state;
    if (loop) goBack(loop.start);
    else {
      sound.hush();
      store.set({ playing: false, time: duration() });
    }
  });

  /** Where the song is; before its start while a bar is counted that it does not have. */
  const position = () =>
    rolling?.until != null ? (sound.now() - rolling.until) * store.state.rate : audio.currentTime - offset;

  /** Where what is heard is. */
  const heard = () => position() - sound.latency * store.state.rate;

  let endTicks = () => {};
  let endFrames = () => {};
  store.watch(scope, ['playing'], ({ playing }) => {
    endTicks();
    endFrames();
    endTicks = playing ? scope.ticks(tick) : () => {};
    endFrames = playing ? scope.everyFrame(show) : () => {};
    if (!playing) sound.hush();
    clicked = -Infinity;
  });

  function show() {
    const time = rolling ? rolling.target : heard();
    store.set({ time: clampTime(time, duration()) });
  }

  function tick() {
    const { loop } = store.state;
    if (rolling) {
      if (rolling.until !== null && sound.now() >= rolling.until) {
        rolling = { ...rolling, until: null };
        audio.currentTime = offset;
        play();
      }
      if (rolling.until === null && position() >= rolling.target - EARLY) endRoll();
    } else if (loop && isOver(loop, position(), audio.duration - offset)) {
      goBack(loop.start);
    }
    setClicks();
    // Frames stand still in a hidden tab.
    if (document.hidden) show();
  }

  function setClicks() {
    const { click, report, rate, loop } = store.state;
    const counts = rolling && (click.on || click.countIn);
    if (!report || (!click.on && !counts)) return;
    const at = position();
    const { length, beats } = countIn(report, rolling?.target ?? 0);
    // A click that is late is left out; while a bar is counted, better late by less than half a beat than not.
    const from = Math.max(clicked, at - (rolling ? length / beats / 2 : 0.02));
    const limit = rolling ? rolling.target : (loop?.end ?? Infinity);
    const to = Math.min(at + LOOKAHEAD * rate, limit - 1e-3);
    if (to <= from) return;
    clicked = to;
    const clicks = rolling
      ? Array.from({ length: beats }, (_, i) => ({ time: /** @type {any} */ (rolling).target - length + (i * length) / beats, accent: i === 0 }))
      : clicksBetween(report.beats, from, to);
    for (const { time, accent } of clicks.filter((one) => one.time > from && one.time <= to)) {
      sound.click(sound.now() + (time - at) / rate + sound.latency, accent, click.volume);
    }
  }

  /** Refused when the browser wants a gesture first; then it stays paused. */
  const play = () => void audio.play().catch(() => stop());

  /** Goes back to the start of what is repeated. @param {number} start */
  function goBack(start) {
    clicked = -Infinity;
    if (store.state.click.pause) rollIn(start);
    else {
      audio.currentTime = start + offset;
      if (audio.paused) play();
    }
  }

  /** Plays the bar before `target` in silence, with clicks if they are wanted. @param {number} target */
  function rollIn(target) {
    const { report, rate } = store.state;
    if (!report) return;
    const { length } = countIn(report, target);
    clicked = -Infinity;
    audio.muted = true;
    if (store.state.click.on || store.state.click.countIn) sound.wake();
    if (target >= length) {
      rolling = { target, until: null };
      audio.currentTime = target - length + offset;
      play();
    } else {
      rolling = { target, until: sound.now() + (length - target) / rate };
      audio.pause();
    }
    store.set({ counting: true, playing: true });
  }

  function endRoll() {
    audio.muted = false;
    rolling = null;
    clicked = -Infinity;
    if (store.state.counting) store.set({ counting: false });
  }

  function stop() {
    const target = rolling?.target;
    endRoll();
    audio.pause();
    sound.hush();
    if (target !== undefined) audio.currentTime = target + offset;
    if (store.state.playing) store.set({ playing: false });
  }

  /** @param {number} to */
  function seek(to) {
    const { loop, playable, report } = store.state;
    const time = clampTime(to, duration());
    if (rolling) endRoll();
    sound.hush();
    clicked = -Infinity;
    if (playable) audio.currentTime = time + offset;
    store.set({ time, loop: report ? loopAfterSeek(report, loop, time) : null });
    if (playable && audio.paused && store.state.playing) play();
  }

  store.answer('seek', seek);
  store.answer('toggle', () => {
    const { playable, playing, time, click, rate, pitch, loop } = store.state;
    if (!playable) return;
    if (playing) {
      stop();
      return;
    }
    if (click.on || click.countIn || rate !== 1 || pitch !== 0) sound.wake();
    if (time >= duration() - 0.05) seek(loop?.start ?? 0);
    if (click.countIn) rollIn(store.state.time);
    else play();
  });
  /** @param {1 | -1} by @param {'section' | 'bar' | 'beat'} unit */
  const step = (by, unit) => {
    const { report, time, playing } = store.state;
    if (report) seek(stepFrom(report, time, by, unit, playing));
  };
  store.answer('section', (by) => step(by, 'section'));
  store.answer('step', ({ by, unit }) => step(by, unit));
  store.answer('loop', () => {
    const { report, time, loop } = store.state;
    store.set({ loop: loop || !report ? null : sectionLoop(report, time) });
  });
  store.answer('phrase', () => {
    const { report, time, loop } = store.state;
    if (report) store.set({ loop: loop?.kind === 'phrase' ? null : (phraseLoop(report, time) ?? barsLoop(report, time, time)) });
  });
  store.answer('repeat', (loop) => {
    const { time, playing } = store.state;
    store.set({ loop });
    if (loop && playing && (time < loop.start || time >= loop.end)) seek(loop.start);
  });
  const within = (/** @type {number} */ value, /** @type {number[]} */ [least, most]) => Math.min(Math.max(value, least), most);
  store.answer('rate', (rate) => store.set({ rate: within(Math.round(rate * 100) / 100, LIMITS.rate) }));
  store.answer('pitch', (pitch) => store.set({ pitch: within(Math.round(pitch), LIMITS.pitch) }));
  store.answer('click', (patch) => {
    if (patch.on) sound.wake();
    clicked = -Infinity;
    store.set({ click: { ...store.state.click, ...patch } });
  });
  store.answer('zoom', (factor) => store.set({ zoom: within(store.state.zoom * factor, ZOOM_LIMITS) }));
  store.answer('follow', (follow) => store.set({ follow }));
}
