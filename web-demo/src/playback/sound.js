/**
 * The audio graph: the song's sound, through the time-stretcher when speed or pitch are changed, and
 * the clicks of the metronome. Made when it is first needed: until then `<audio>` plays by itself.
 */

/** @import { Scope } from '../scope.js' */

/** Where the build puts the stretcher. */
const STRETCHER = new URL('../../pkg/stretch.js', import.meta.url).href;

/** Clicks: frequency in Hz and length in seconds. */
const CLICK = { accent: 1760, plain: 1175, length: 0.045 };

/**
 * @param {HTMLAudioElement} audio
 * @param {Scope} scope
 */
export function createSound(audio, scope) {
  /** @type {AudioContext | null} */
  let context = null;
  /** @type {MediaElementAudioSourceNode | null} */
  let source = null;
  /** @type {any} the stretcher's node */
  let stretch = null;
  /** @type {Promise<unknown> | null} */
  let loading = null;
  let latency = 0;
  let through = false;
  /** What was asked for last counts, also where the stretcher had to be waited for. */
  let turn = 0;
  /** @type {Set<OscillatorNode>} */
  const clicks = new Set();

  /** Needs a gesture of the listener before it sounds. */
  function wake() {
    if (!context) {
      context = new AudioContext({ latencyHint: 'interactive' });
      source = context.createMediaElementSource(audio);
      source.connect(context.destination);
      scope.own(() => void context?.close());
    }
    if (context.state === 'suspended') void context.resume();
    return context;
  }

  /** @param {boolean} on */
  function route(on) {
    if (!source || !context || through === on) return;
    through = on;
    source.disconnect();
    stretch?.disconnect();
    if (on) {
      source.connect(stretch);
      stretch.connect(context.destination);
    } else source.connect(context.destination);
  }

  async function load() {
    const { default: createStretch } = await import(STRETCHER);
    createStretch.moduleUrl = STRETCHER;
    stretch = await createStretch(wake(), { numberOfInputs: 1, numberOfOutputs: 1, outputChannelCount: [2] });
    latency = await stretch.latency();
  }

  return {
    wake,

    /** Seconds on a clock that clicks can be set by. */
    now: () => context?.currentTime ?? performance.now() / 1000,

    /** Seconds by which the song is heard later than it is played. */
    get latency() {
      return through ? latency : 0;
    },

    /**
     * Sets speed and pitch, each without the other.
     * @param {number} rate
     * @param {number} semitones
     * @returns {Promise<boolean>} whether the pitch could be changed as asked
     */
    async tune(rate, semitones) {
      turn += 1;
      const mine = turn;
      audio.defaultPlaybackRate = audio.playbackRate = rate;
      if (rate === 1 && semitones === 0) {
        route(false);
        return true;
      }
      try {
        wake();
        loading ??= load();
        await loading;
      } catch {
        loading = null;
        if (mine !== turn) return true;
        audio.preservesPitch = true;
        return semitones === 0;
      }
      if (mine !== turn) return true;
      // Played faster, everything is higher; the stretcher takes that back.
      audio.preservesPitch = false;
      stretch.schedule({ active: true, semitones: semitones - 12 * Math.log2(audio.playbackRate) });
      route(true);
      return true;
    },

    /**
     * Clicks at a time of `now`'s clock.
     * @param {number} at
     * @param {boolean} accent
     * @param {number} volume
     */
    click(at, accent, volume) {
      const running = wake();
      const start = Math.max(at, running.currentTime);
      const tone = new OscillatorNode(running, { type: 'triangle', frequency: accent ? CLICK.accent : CLICK.plain });
      const gain = new GainNode(running, { gain: 0 });
      gain.gain.setValueAtTime(volume * (accent ? 1 : 0.65), start);
      gain.gain.exponentialRampToValueAtTime(1e-4, start + CLICK.length);
      tone.connect(gain).connect(running.destination);
      tone.start(start);
      tone.stop(start + CLICK.length);
      clicks.add(tone);
      tone.onended = () => clicks.delete(tone);
    },

    /** Takes back the clicks that have not sounded yet. */
    hush() {
      for (const tone of clicks) tone.disconnect();
      clicks.clear();
    },
  };
}
