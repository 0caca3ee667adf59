/**
 * The one store. Views paint its state and ask for things; session.js and player.js answer and
 * are the only ones that set it.
 */

/** @import { Report } from './report.js' */
/** @import { Scope } from './scope.js' */

/**
 * @typedef {object} Problem
 * @property {string} code      as in the service's JSON, or one of the page's own
 * @property {string} message   words of whoever noticed it
 * @property {Record<string, any>} [details]
 */

/**
 * @typedef {object} State
 * @property {'idle' | 'reading' | 'analysing' | 'ready' | 'error'} phase
 * @property {File | null} file
 * @property {string} notice                    something to know that is no error
 * @property {{ stage: string, fraction: number }} progress
 * @property {Report | null} report
 * @property {number} elapsed                   seconds that the analysis took
 * @property {Problem | null} problem
 * @property {Record<string, string>} options   parameters of the analysis that differ from its defaults
 * @property {boolean | null} playable          whether the browser plays the file; null until known
 * @property {boolean} playing
 * @property {number} time                      position in the song in seconds
 * @property {number} rate                      speed of playback, 1 as recorded
 * @property {{ start: number, end: number } | null} loop
 * @property {number} zoom                      magnification of the strip
 */

/**
 * What views may ask for, with its value.
 * @typedef {object} Requests
 * @property {File[]} open                open the first of these files
 * @property {void} reopen                analyse the same file again, with the options as they are now
 * @property {void} cancel                stop the analysis
 * @property {Record<string, string>} options
 * @property {number} seek                go to this second
 * @property {1 | -1} section             go to the next or the previous section
 * @property {{ by: 1 | -1, unit: 'beat' | 'bar' }} step
 * @property {void} toggle                play or pause
 * @property {void} loop                  repeat the current section, or stop repeating
 * @property {number} rate
 * @property {number} zoom                multiply the magnification
 */

/** @typedef {ReturnType<typeof createStore>} Store */

/** @type {State} */
const INITIAL = {
  phase: 'idle',
  file: null,
  notice: '',
  progress: { stage: '', fraction: 0 },
  report: null,
  elapsed: 0,
  problem: null,
  options: {},
  playable: null,
  playing: false,
  time: 0,
  rate: 1,
  loop: null,
  zoom: 1,
};

/** A store in phase idle. */
export function createStore() {
  let state = INITIAL;
  /** @type {Set<{ keys: (keyof State)[], run: (state: State) => void }>} */
  const watchers = new Set();
  /** @type {Map<string, (value: any) => void>} */
  const answers = new Map();

  return {
    /** The state now. Never change it. */
    get state() {
      return state;
    },

    /**
     * Changes some of the state and tells those who watch it.
     * @param {Partial<State>} patch
     */
    set(patch) {
      const before = state;
      state = { ...before, ...patch };
      for (const { keys, run } of [...watchers]) {
        if (keys.some((key) => state[key] !== before[key])) run(state);
      }
    },

    /**
     * Calls `run` now and whenever one of `keys` changes.
     * @param {Scope} scope
     * @param {(keyof State)[]} keys
     * @param {(state: State) => void} run
     */
    watch(scope, keys, run) {
      const watcher = { keys, run };
      watchers.add(watcher);
      scope.own(() => watchers.delete(watcher));
      run(state);
    },

    /**
     * Asks for something to be done.
     * @template {keyof Requests} K
     * @param {K} what
     * @param {Requests[K]} value
     */
    ask(what, value) {
      answers.get(what)?.(value);
    },

    /**
     * Says who does it.
     * @template {keyof Requests} K
     * @param {K} what
     * @param {(value: Requests[K]) => void} answer
     */
    answer(what, answer) {
      answers.set(what, answer);
    },
  };
}
